"""What a URL names of publications and freezes, and who may: refused before the form is read."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from publishing.capabilities import CAPABILITIES, may
from publishing.models import Confirmation, Freeze
from publishing.views.acts import ACTS
from tests.cast import signed_in
from tests.test_urls import something_published

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_act_on_a_publication_has_its_row():
    everybody = {Role.SEAT, Role.SUPERVISION}
    for act in ACTS:
        assert {role for role in Role if may(act, role)} == everybody


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
