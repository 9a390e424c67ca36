"""A thread as data: what the composer's buttons do to it, and its way to JSON and back."""

import pytest

from approvals.digest import SignedContent, canonical
from approvals.message import Image, Message, as_json, read_messages
from approvals.thread import Removed, TypedMessage, press, put_back, removed_by

RED, BLUE = Image("a" * 64, "Rouge"), Image("b" * 64, "Bleu")
THREAD = [TypedMessage(Message("Un", (RED, BLUE)), 0), TypedMessage(Message("Deux"), 1)]


@pytest.mark.parametrize(
    ("button", "texts"),
    [
        ("add", ["Un", "Deux", ""]),
        ("up-1", ["Deux", "Un"]),
        ("up-0", ["Un", "Deux"]),
        ("down-0", ["Deux", "Un"]),
        ("down-1", ["Un", "Deux"]),
        ("remove-0", ["Deux"]),
        ("remove-2", ["Un", "Deux"]),
        ("remove-x", ["Un", "Deux"]),
        ("save", ["Un", "Deux"]),
    ],
)
def test_what_each_button_makes_of_a_thread(button, texts):
    assert [typed.message.text for typed in press(THREAD, button)] == texts


def test_a_message_keeps_its_images_and_its_origin_when_it_moves():
    assert press(THREAD, "down-0") == [THREAD[1], THREAD[0]]


def test_an_image_is_dropped_from_its_message_alone():
    first, second = press(THREAD, f"drop-0-{RED.sha256}")
    assert first == TypedMessage(Message("Un", (BLUE,)), 0)
    assert second == THREAD[1]


def test_the_last_message_stays():
    assert press(THREAD[:1], "remove-0") == THREAD[:1]


def test_messages_come_back_from_json_as_they_were():
    messages = tuple(typed.message for typed in THREAD)
    assert read_messages(as_json(messages)) == messages


@pytest.mark.parametrize("hour", [None, "2026-01-10T09:00:00+00:00"])
@pytest.mark.parametrize(
    "more",
    [
        {"schema": 1},
        {"schema": 2, "fields": {"contact": "17"}},
        {"schema": 3, "fields": {}, "in_reply_to": None},
        {"schema": 3, "fields": {}, "in_reply_to": 12},
        {"schema": 4, "fields": {}, "in_reply_to": None},
    ],
)
def test_what_was_signed_is_written_again_byte_for_byte(more, hour):
    content = canonical(
        {
            "account": "pnationale44",
            "parts": as_json(typed.message for typed in THREAD),
            "category": "advice",
            "reply_settings": "mentioned",
            "requested_at": hour,
            **more,
        }
    )
    assert SignedContent.read(content).canonical() == content


@pytest.mark.parametrize("button", ["remove-0", "remove-1", f"drop-0-{RED.sha256}"])
def test_what_a_button_took_away_goes_back_to_its_place(button):
    removed = Removed.read(removed_by(THREAD, button).as_json())  # as the session keeps it
    restored = put_back(press(THREAD, button), removed)
    assert [typed.message for typed in restored] == [typed.message for typed in THREAD]


@pytest.mark.parametrize("button", ["add", "up-1", "remove-7", "drop-1-" + RED.sha256, "save"])
def test_what_takes_nothing_away_has_nothing_to_undo(button):
    assert removed_by(THREAD, button) is None


def test_what_was_typed_since_stays_when_a_removal_is_undone():
    removed = removed_by(THREAD, "remove-1")
    typed = [TypedMessage(Message("Un, mieux dit"), 0)]
    assert [t.message.text for t in put_back(typed, removed)] == ["Un, mieux dit", "Deux"]


def test_an_image_goes_before_the_one_that_stood_before_it():
    first, _second = press(THREAD, f"earlier-0-{BLUE.sha256}")
    assert first.message.images == (BLUE, RED)
    assert press(THREAD, f"earlier-0-{RED.sha256}") == THREAD
