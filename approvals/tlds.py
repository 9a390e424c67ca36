"""The top-level domains X links: those of the public suffix list, and those X never forgot."""

from functools import cache
from importlib import resources

# Withdrawn from the root zone, or never opened, yet still in X's own list: X links them.
_STILL_LINKED = """
abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl
boots bq budapest bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast
cookingchannel csc dabur dodge doha doosan duck dunlop duns eh epost esurance etisalat everbank
fiat flsmidth foodnetwork frontdoor fujixerox glade goo goodhands guardian hgtv honeywell hoteles
htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics kinder ladbrokes lancaster lancia
lancome liaison linde lipsy lixil loft lupin macys maserati mcd mcdonalds meo metlife mf mobily
montblanc mopar movistar mtpc mutual mutuelle nadex nationwide natura newholland
northwesternmutual off oldnavy onion onyourside orientexpress pamperedchef panerai passagens piaget
pramerica qvc raid redstone rightathome rmit rocher sapo sca scjohnson scor ses shaw showtime
shriram spiegel spreadbetting srt starhub statoil swiftcover symantec telecity telefonica tiffany
tp travelchannel uconnect um vista vistaprint volkswagen vuelos warman wolterskluwer xfinity xperia
zippo اتصالات موبايلي 大众汽车 工行 手表 珠宝 诺基亚
"""


@cache
def top_level_domains() -> frozenset[str]:
    """All of them in lower case, those in other scripts as people write them."""
    listed = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat")
    domains = set(_STILL_LINKED.split())
    for line in listed.read_text(encoding="utf-8").splitlines():
        rule = line.split(maxsplit=1)
        if rule and not rule[0].startswith("//"):
            domains.add(rule[0].lower().rsplit(".", 1)[-1].lstrip("!*"))
    return frozenset(domains - {""})


@cache
def lengths_by_first_letter() -> dict[str, tuple[int, ...]]:
    """For those that are not plain ASCII: how long one may be, longest first, by first letter."""
    lengths: dict[str, set[int]] = {}
    for name in top_level_domains():
        if not name.isascii():
            lengths.setdefault(name[0], set()).add(len(name))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}
