"""What somebody chooses for their own notices: channels, hours, and where they are reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.access import memberships
from accounts.actions.base import action
from accounts.channels.chat import Room, Webhook
from accounts.channels.push import Subscription
from accounts.errors import Conflict, NotFound
from accounts.models import Address, ChannelChoice, Person
from accounts.models.notice import Channel
from accounts.notices import end_address
from accounts.timefmt import PARIS

MAX_ADDRESSES = 10


class TooManyAddresses(Conflict):
    code = "too_many_addresses"
    sentence = _("Vous avez déjà dix appareils et messageries : retirez-en un d’abord.")


@dataclass(frozen=True)
class Choice:
    """What one channel may say, and when not."""

    channel: Channel
    kinds: list[str]
    quiet_from: dt.time | None
    quiet_until: dt.time | None
    urgent_passes: bool


def zone_of(person: Person) -> str:
    """Where somebody lives and sleeps: their first account's time zone."""
    places = memberships(person)
    return places[0].account.time_zone if places else PARIS.key


@action
def choose_channels(choices: list[Choice], *, actor: Person) -> None:
    zone = zone_of(actor)
    for choice in choices:
        values = asdict(choice)
        ChannelChoice.objects.update_or_create(
            person=actor, channel=values.pop("channel"), defaults={**values, "time_zone": zone}
        )
    audit.record("notices.chosen", actor=actor, subject=actor)


@action
def add_address(to: Subscription | Room | Webhook, *, actor: Person) -> Address:
    """One's own device, room or webhook, sealed; given twice it is there once."""
    channel, label = (
        (Channel.PUSH, to.service) if isinstance(to, Subscription) else (Channel.CHAT, to.host)
    )
    content = asdict(to)
    name = "\n".join(content[key] for key in sorted(content) if key not in SECRETS)
    fingerprint = salted_hmac("accounts.addresses", name, algorithm="sha256").hexdigest()
    Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    mine = Address.objects.filter(person=actor, ended_at=None)
    same = mine.filter(fingerprint=fingerprint).first()
    if same is not None:
        end_address(same.pk)
    elif mine.count() >= MAX_ADDRESSES:
        raise TooManyAddresses
    address = Address.objects.create(
        person=actor,
        channel=channel,
        sealed=Address.sealed_for(actor.pk, content),
        fingerprint=fingerprint,
        label=label,
    )
    audit.record("address.added", actor=actor, subject=address)
    return address


# What may change while it stays the same address.
SECRETS = ("token", "auth", "p256dh")


@action
def remove_address(address_id: int, *, actor: Person) -> None:
    """One's own. Raises NotFound for another's, or one that is gone already."""
    address = Address.objects.filter(pk=address_id, person=actor, ended_at=None).first()
    if address is None:
        raise NotFound
    end_address(address.pk)
    audit.record("address.removed", actor=actor, subject=address)
