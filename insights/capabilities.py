"""Who may do what with what came of it: the table that pages, actions and tests read."""

from __future__ import annotations

from accounts.roles import NO, YES, Capability

# fmt: off
CAPABILITIES: dict[str, Capability] = {
    #                                    seat holder       supervisor        administrator
    #                                    other, wrote it   other, wrote it
    "see_audience":           Capability(YES,   YES,       YES,   YES,       YES),
    "export":                 Capability(YES,   YES,       YES,   YES,       NO),
}
# fmt: on
