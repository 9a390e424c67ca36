"""Who may do what with a draft: the table that pages, actions and tests read."""

from __future__ import annotations

from accounts.roles import NO, YES, Capability, Role
from approvals.errors import (
    ContributorCannotApprove,
    OnlyObjectorOrSupervisor,
    OnlySeatHolders,
    OnlySupervisors,
    OnlySupervisorsPurge,
    OwnTemplate,
    OwnText,
)
from approvals.models import Contributor, Draft

# The columns: a seat holder who did not and who did write the draft; a supervisor who did not and
# who once did, from a seat. Somebody who has no role on the account is told that there is no such
# draft; administrators are among them. `TRANSITIONS` says from which
# states each act is possible.
# A supervisor who once wrote the text may still stop it: no seat lets them take it back.
# fmt: off
CAPABILITIES: dict[str, Capability] = {
    #                             seat holder       supervisor
    #                             other, wrote it   other, wrote it
    "read":            Capability(YES,   YES,       YES,   YES),
    "comment":         Capability(YES,   YES,       YES,   YES),
    "propose_wording": Capability(YES,   YES,       YES,   YES),
    "begin":           Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "edit":            Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "submit":          Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "take_back":       Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "abandon":         Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "adopt":           Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "use_again":       Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
    "approve":         Capability(YES,   NO,        YES,   NO,
                                  contributor_refusal=ContributorCannotApprove),
    "ask_for_changes": Capability(YES,   NO,        YES,   YES, contributor_refusal=OwnText),
    "reject":          Capability(NO,    NO,        YES,   YES, role_refusal=OnlySupervisors),
    "object":          Capability(YES,   NO,        YES,   YES, contributor_refusal=OwnText),
    # Another's: one's own objection everybody lifts.
    "lift_objection":  Capability(NO,    NO,        YES,   NO,
                                  role_refusal=OnlyObjectorOrSupervisor,
                                  contributor_refusal=ContributorCannotApprove),
    "purge_images":    Capability(NO,    NO,        YES,   YES, role_refusal=OnlySupervisorsPurge),
}
# fmt: on


# Of a template: who wrote it is who proposed it. What it takes besides, two people of whom one
# supervises, is in `approvals.actions.message_templates`.
# fmt: off
TEMPLATE_CAPABILITIES: dict[str, Capability] = {
    "read":            Capability(YES,   YES,       YES,   YES),
    "propose":         Capability(YES,   YES,       YES,   YES),
    "approve":         Capability(YES,   NO,        YES,   NO,  contributor_refusal=OwnTemplate),
    "end":             Capability(YES,   YES,       YES,   YES),
    "fill":            Capability(YES,   YES,       NO,    NO,  role_refusal=OnlySeatHolders),
}
# fmt: on


def contributes(person_id: int, draft: Draft) -> bool:
    """Whether this person ever wrote or changed the draft."""
    return Contributor.objects.filter(draft=draft, person=person_id).exists()


def require(act: str, role: Role, person_id: int, draft: Draft) -> None:
    """Raises the refusal of the act's row for this person, as the database has it now."""
    capability = CAPABILITIES[act]
    if not capability.allows(role, contributor=True):  # else nobody need be asked who wrote it
        capability.require(role, contributor=contributes(person_id, draft))
