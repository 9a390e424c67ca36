"""The time zones that a department may choose: those of the French departments first."""

from __future__ import annotations

import zoneinfo

from django.utils.translation import gettext_lazy as _

FRENCH = [
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "America/St_Barthelemy",
    "America/Marigot",
    "Pacific/Wallis",
    "Pacific/Tahiti",
    "Pacific/Noumea",
]
# The names without a place (EST, Etc/GMT+3…) are there for old programs.
OTHERS = sorted(
    zone
    for zone in zoneinfo.available_timezones()
    if "/" in zone and not zone.startswith("Etc/") and zone not in FRENCH
)
TIME_ZONES = [
    (_("Départements français"), [(zone, zone) for zone in FRENCH]),
    (_("Tous les autres fuseaux"), [(zone, zone) for zone in OTHERS]),
]
