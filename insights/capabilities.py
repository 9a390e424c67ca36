"""Who may do what with what came of it: the table that pages, actions and tests read."""

from __future__ import annotations

from accounts.roles import NO, YES, Capability
from insights.errors import OwnLesson

# Of a lesson: who wrote it is its author. Of a decision on one, two people of whom one supervises,
# see `insights.actions.lessons`.
# fmt: off
CAPABILITIES: dict[str, Capability] = {
    #                                    seat holder       supervisor        administrator
    #                                    other, wrote it   other, wrote it
    "see_audience":           Capability(YES,   YES,       YES,   YES,       YES),
    "export":                 Capability(YES,   YES,       YES,   YES,       NO),
    "read_lesson":            Capability(YES,   YES,       YES,   YES,       NO),
    "write_lesson":           Capability(YES,   YES,       YES,   YES,       NO),
    "weigh_lesson":           Capability(YES,   NO,        YES,   NO,        NO,
                                         contributor_refusal=OwnLesson),
    "read_invitations":       Capability(YES,   YES,       YES,   YES,       NO),
    "note_invitations":       Capability(YES,   YES,       YES,   YES,       NO),
    "publish_instructions":   Capability(NO,    NO,        NO,    NO,        YES),
}
# fmt: on
