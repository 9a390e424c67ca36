"""Publications and what happened to them; decisions about them; the health of publishing."""

from publishing.models.attempt import Answer, Attempt, Outcome, Phase
from publishing.models.calendar import CalendarFeed, ExpectedEvent
from publishing.models.case_file_export import CaseFileExport
from publishing.models.decision import Confirmation, ConfirmationKind, ConfirmationState, Freeze
from publishing.models.health import CreditStop, Heartbeat, Throttle
from publishing.models.lookup import Lookup, LookupKind, LookupResult
from publishing.models.publication import Part, Publication
from publishing.models.retraction import PlannedRetraction, Retraction, RetractionState
from publishing.models.spending import DailySpending
from publishing.models.states import PartState, PublicationState, Reason

__all__ = [
    "Answer",
    "Attempt",
    "CalendarFeed",
    "CaseFileExport",
    "Confirmation",
    "ConfirmationKind",
    "ConfirmationState",
    "CreditStop",
    "DailySpending",
    "ExpectedEvent",
    "Freeze",
    "Heartbeat",
    "Lookup",
    "LookupKind",
    "LookupResult",
    "Outcome",
    "Part",
    "PartState",
    "Phase",
    "PlannedRetraction",
    "Publication",
    "PublicationState",
    "Reason",
    "Retraction",
    "RetractionState",
    "Throttle",
]
