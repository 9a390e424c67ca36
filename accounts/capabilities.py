"""Who may do what with people, departments, the trail and the service: one table for all."""

from __future__ import annotations

from accounts.roles import NO, YES, Capability

# The columns are those of every table: nothing here is of one account, so that a seat or a
# supervision gives nothing.
# fmt: off
CAPABILITIES: dict[str, Capability] = {
    #                                    seat holder       supervisor        administrator
    #                                    other, wrote it   other, wrote it
    "see_departments":        Capability(NO,    NO,        NO,    NO,        YES),
    "add_account":            Capability(NO,    NO,        NO,    NO,        YES),
    "change_rule":            Capability(NO,    NO,        NO,    NO,        YES),
    "change_settings":        Capability(NO,    NO,        NO,    NO,        YES),
    "appoint":                Capability(NO,    NO,        NO,    NO,        YES),
    "vacate":                 Capability(NO,    NO,        NO,    NO,        YES),
    "name_supervisor":        Capability(NO,    NO,        NO,    NO,        YES),
    "change_function":        Capability(NO,    NO,        NO,    NO,        YES),
    "end_supervision":        Capability(NO,    NO,        NO,    NO,        YES),
    "cover":                  Capability(NO,    NO,        NO,    NO,        YES),
    "see_people":             Capability(NO,    NO,        NO,    NO,        YES),
    "create_person":          Capability(NO,    NO,        NO,    NO,        YES),
    "make_link":              Capability(NO,    NO,        NO,    NO,        YES),
    "end_person":             Capability(NO,    NO,        NO,    NO,        YES),
    "make_administrator":     Capability(NO,    NO,        NO,    NO,        YES),
    "unmake_administrator":   Capability(NO,    NO,        NO,    NO,        YES),
    "see_journal":            Capability(NO,    NO,        NO,    NO,        YES),
    "see_mails_of_all":       Capability(NO,    NO,        NO,    NO,        YES),
    "see_lists":              Capability(NO,    NO,        NO,    NO,        YES),
    "change_lists":           Capability(NO,    NO,        NO,    NO,        YES),
    "see_health":             Capability(NO,    NO,        NO,    NO,        YES),
}
# fmt: on
