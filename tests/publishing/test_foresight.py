"""What vacating a seat will hold is foretold exactly, and nothing ends by asking."""

import datetime as dt

import pytest

from accounts.actions import rights
from accounts.actions.departments import change_rule
from accounts.clock import db_now
from accounts.departments import waiting_on
from accounts.models import Credential, Seat
from publishing.models import Publication
from tests.approvals.writing import a_revision, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(cast):
    """Approved by Marc and Hélène, due tomorrow, on a connected account."""
    now = db_now()
    Credential.objects.create(
        account=cast.nantes,
        token=b"t",
        token_secret=b"s",
        x_user_id="1",
        connected_at=now,
        checked_at=now,
    )
    content = {"requested_at": now + dt.timedelta(days=1)}
    signed(a_revision(cast.claire, cast.nantes, **content), cast.marc, cast.helene)
    return Publication.objects.get()


@pytest.mark.parametrize(
    ("who", "count"), [("claire", 1), ("marc", 1), ("helene", 1), ("leila", 0), ("paul", 0)]
)
def test_the_author_and_the_signers_carry_it(cast, waiting, who, count):
    assert waiting_on(cast.nantes.pk, getattr(cast, who).pk) == count
    assert Seat.objects.filter(account=cast.nantes, ended_at=None).count() == 3
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_what_was_foretold_happens(cast, waiting):
    rights.vacate(Seat.objects.get(person=cast.marc).pk, actor=cast.ada)
    waiting.refresh_from_db()
    assert waiting.state == "held"


def test_a_signature_to_spare_carries_nothing_but_the_only_supervisors_does(cast):
    change_rule(cast.nantes.pk, 1, actor=cast.ada)
    signed(a_revision(cast.claire, cast.nantes), cast.marc, cast.helene)
    assert waiting_on(cast.nantes.pk, cast.marc.pk) == 0
    assert waiting_on(cast.nantes.pk, cast.helene.pk) == 1
