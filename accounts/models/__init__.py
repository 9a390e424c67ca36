"""People, accounts, seats, supervisions, credentials, the audit trail, queued notices."""

from accounts.models.account import Account, Function, Seat, Supervision
from accounts.models.audit import AuditEntry
from accounts.models.cover import Cover
from accounts.models.credential import Credential
from accounts.models.notice import Address, ChannelChoice, Delivery, Notice
from accounts.models.person import Person
from accounts.models.right import Right
from accounts.models.sign_in_count import SignInCount

__all__ = [
    "Account",
    "Address",
    "AuditEntry",
    "ChannelChoice",
    "Cover",
    "Credential",
    "Delivery",
    "Function",
    "Notice",
    "Person",
    "Right",
    "Seat",
    "SignInCount",
    "Supervision",
]
