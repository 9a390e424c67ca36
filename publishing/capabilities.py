"""Who may do what with a publication, a freeze and a connection, and in which state of a
publication: the tables that pages, actions and tests read. What an act asks and is called stands in
`publishing.views.acts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.roles import NO, YES, Capability, Role
from approvals.errors import OnlySeatHolders
from publishing.models.states import PublicationState

# Nothing here depends on who wrote the text: to stop a message is everybody's, to write what
# follows it a seat holder's.
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
    "correct":           Capability(YES,   YES,       NO,    NO,        NO, OnlySeatHolders),
    "update":            Capability(YES,   YES,       NO,    NO,        NO, OnlySeatHolders),
    "end_search":        Capability(YES,   YES,       NO,    NO,        NO, OnlySeatHolders),
    "propose":           Capability(YES,   YES,       YES,   YES,       NO),
    "answer":            Capability(YES,   YES,       YES,   YES,       NO),
    "freeze":            Capability(YES,   YES,       YES,   YES,       NO),
    "lift":              Capability(YES,   YES,       YES,   YES,       NO),
    "plan":              Capability(YES,   YES,       YES,   YES,       NO),
    "see_freezes":       Capability(NO,    NO,        NO,    NO,        YES),
    "freeze_all":        Capability(NO,    NO,        NO,    NO,        YES),
    "lift_all":          Capability(NO,    NO,        NO,    NO,        YES),
    "restore_credits":   Capability(NO,    NO,        NO,    NO,        YES),
    "check_connection":  Capability(NO,    NO,        NO,    NO,        YES),
}
# fmt: on


@dataclass(frozen=True)
class Offer:
    """The acts that one state is for, in the order of its page; each looks closer at the
    publication itself. `primary` is what most probably is wanted, if anything is.
    """

    acts: tuple[str, ...]
    primary: str = ""


# Of what may be on X no act that is primary claims to know. A part that was given up may still
# turn up once the rest was recalled or retracted.
OFFERS: dict[PublicationState, Offer] = {
    PublicationState.WAITING: Offer(("recall", "point_to")),
    PublicationState.SENDING: Offer(("recall", "point_to", "retract")),
    PublicationState.HELD: Offer(("recall", "point_to")),
    PublicationState.MISSED: Offer(
        ("propose_new_time", "recall", "propose_recall", "point_to"), primary="propose_new_time"
    ),
    PublicationState.UNCERTAIN: Offer(
        ("point_to", "propose_found", "propose_send_again", "propose_give_up", "retract"),
        primary="point_to",
    ),
    PublicationState.REFUSED: Offer(
        ("recall", "propose_recall", "point_to", "acknowledge"), primary="recall"
    ),
    PublicationState.PARTIAL: Offer(
        (
            "propose_go_on",
            "end_search",
            "correct",
            "update",
            "retract",
            "point_to",
            "acknowledge",
        ),
        primary="propose_go_on",
    ),
    PublicationState.PUBLISHED: Offer(
        ("end_search", "correct", "update", "retract", "acknowledge")
    ),
    PublicationState.RECALLED: Offer(("point_to", "retract")),
    PublicationState.RETRACTED: Offer(("end_search", "point_to", "retract")),
}


def offered(state: str, act: str) -> bool:
    """Whether the act is one of this state at all."""
    return act in OFFERS[PublicationState(state)].acts


def capability_of(act: str) -> Capability:
    """The row of an act: the kinds of proposals share one."""
    return CAPABILITIES["propose" if act.startswith("propose_") else act]


def may(act: str, role: Role | None) -> bool:
    return capability_of(act).allows(role)
