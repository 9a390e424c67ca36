"""What a URL names of publications and freezes, and who may: refused before the form is read."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict
from accounts.roles import Role
from publishing.actions.acknowledge import acknowledge
from publishing.actions.decide import propose
from publishing.actions.follow_up import FOLLOW_UPS
from publishing.actions.retract import retract
from publishing.capabilities import CAPABILITIES, OFFERS, may, offered
from publishing.models import (
    Confirmation,
    ConfirmationKind,
    Freeze,
    Publication,
    PublicationState,
)
from publishing.models.states import TRANSITIONS
from publishing.views.acts import ACTS
from tests.cast import signed_in
from tests.test_urls import something_published

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_act_on_a_publication_has_its_row():
    everybody = {Role.SEAT, Role.SUPERVISION}
    for act in ACTS:
        expected = {Role.SEAT} if act in FOLLOW_UPS else everybody
        assert {role for role in Role if may(act, role)} == expected


def test_what_concerns_all_accounts_is_the_administrators_alone():
    of_all = {act for act in CAPABILITIES if may(act, Role.ADMINISTRATOR)}
    assert of_all == {
        "see_freezes",
        "freeze_all",
        "lift_all",
        "restore_credits",
        "check_connection",
    }
    assert not any(may(act, role) for act in of_all for role in (Role.SEAT, Role.SUPERVISION))


@pytest.mark.parametrize("answer", ["confirm", "decline", "withdraw"])
def test_a_proposal_about_a_publication_is_not_answered_as_a_freeze(cast, answer):
    subject = something_published("confirmation", cast)["confirmation_id"]
    response = signed_in(cast.helene).post(f"/gel/propositions/{subject}/{answer}")
    assert response.status_code == 404
    assert Confirmation.objects.get(pk=subject).state == "open"


@pytest.mark.parametrize("who", ["yann", "ada"])
def test_rights_on_a_freeze_are_looked_at_before_the_reason(cast, who):
    frozen = Freeze.objects.create(account=cast.nantes, reason="Un motif", frozen_by=cast.paul)
    client = signed_in(getattr(cast, who))
    assert client.post(f"/gel/{frozen.pk}/lever", {"reason": ""}).status_code == 404


def test_every_act_is_offered_in_some_state_and_no_other_is():
    assert {act for offer in OFFERS.values() for act in offer.acts} == set(ACTS)
    assert set(OFFERS) == set(PublicationState)


def test_what_is_primary_is_offered_first_and_claims_nothing_of_what_is_uncertain():
    for offer in OFFERS.values():
        assert offer.primary in ("", offer.acts[0])
    assert OFFERS[PublicationState.UNCERTAIN].primary == "point_to"


def test_the_offers_agree_with_the_table_of_moves():
    recalled = {state for state, after in TRANSITIONS.items() if "recalled" in after}
    assert {state for state in OFFERS if offered(state, "recall")} == recalled


def test_actions_refuse_what_the_state_is_not_offered(cast):
    publication = something_published("publication", cast)["publication_id"]
    about = {"actor": cast.claire, "publication_id": publication}
    state = Publication.objects.get(pk=publication).state
    assert not any(offered(state, act) for act in ("retract", "acknowledge"))
    for act in (retract, acknowledge):
        with pytest.raises(Conflict):
            act(**about, reason="Non.")
    for kind in ConfirmationKind:
        if not offered(state, f"propose_{kind.value}"):
            with pytest.raises(Conflict):
                propose(**about, kind=kind, reason="Non.")
