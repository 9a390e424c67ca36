"""Who may do what with a publication, a freeze and a connection: one table for all to read."""

from __future__ import annotations

from accounts.roles import NO, YES, Capability, Role

# Nothing here depends on who wrote the text: to stop or to correct a message is everybody's.
# A decision of two has a condition more: see `publishing.actions.decide.answers_of`.
# fmt: off
CAPABILITIES: dict[str, Capability] = {
    #                               seat holder       supervisor        administrator
    #                               other, wrote it   other, wrote it
    "read":              Capability(YES,   YES,       YES,   YES,       NO),
    "recall":            Capability(YES,   YES,       YES,   YES,       NO),
    "point_to":          Capability(YES,   YES,       YES,   YES,       NO),
    "retract":           Capability(YES,   YES,       YES,   YES,       NO),
    "acknowledge":       Capability(YES,   YES,       YES,   YES,       NO),
    "propose":           Capability(YES,   YES,       YES,   YES,       NO),
    "answer":            Capability(YES,   YES,       YES,   YES,       NO),
    "freeze":            Capability(YES,   YES,       YES,   YES,       NO),
    "lift":              Capability(YES,   YES,       YES,   YES,       NO),
    "see_freezes":       Capability(NO,    NO,        NO,    NO,        YES),
    "freeze_all":        Capability(NO,    NO,        NO,    NO,        YES),
    "lift_all":          Capability(NO,    NO,        NO,    NO,        YES),
    "restore_credits":   Capability(NO,    NO,        NO,    NO,        YES),
    "check_connection":  Capability(NO,    NO,        NO,    NO,        YES),
}
# fmt: on


def capability_of(act: str) -> Capability:
    """The row of an act: the kinds of proposals share one."""
    return CAPABILITIES["propose" if act.startswith("propose_") else act]


def may(act: str, role: Role | None) -> bool:
    return capability_of(act).allows(role)
