"""Against addresses that are read as somebody else's, and names that are not what they seem."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.actions import people
from accounts.addresses import NotAnAddress, canonical_address, skeleton
from accounts.errors import Invalid
from accounts.models import Person
from accounts.models.notice import NoticeKind
from accounts.notices import queue_notice
from tests.cast import signed_in

PASSWORD = "onze-lunes-et-demie"


@pytest.fixture
def claire(cast):
    cast.claire.set_password(PASSWORD)
    cast.claire.save()
    return cast.claire


def sign_in(address, password=PASSWORD):
    return Client().post("/connexion", {"username": address, "password": password})


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" Claire@Police.Example\n", "claire@police.example"),
        ("ｃｌａｉｒｅ＠ｐｏｌｉｃｅ．ｅｘａｍｐｌｅ", "claire@police.example"),
        ("claire@police。example", "claire@police.example"),
        ("\u212aarim@police.example", "karim@police.example"),
        ("marie@Préfecture.Example", "marie@xn--prfecture-c4a.example"),
        ("marie@pre\u0301fecture.example", "marie@xn--prfecture-c4a.example"),
        ("marie@XN--PRFECTURE-C4A.example", "marie@xn--prfecture-c4a.example"),
        ("o'neil+x@police.example", "o'neil+x@police.example"),
    ],
)
def test_one_form_for_all_that_is_one_address(typed, canonical):
    assert canonical_address(typed) == canonical
    assert canonical_address(canonical) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "claıre@police.example",
        "claİre@police.example",
        "strauß@police.example",
        "STRAUẞ@police.example",
        "cl\u0430ire@police.example",
        "claire\u200b@police.example",
        "claire@pol\ufe0fice.example",
        "claire@pol\U000e0100ice.example",
        "claire@pol\u200bice.example",
        "claire@pol\u00adice.example",
        "cla\u00adire@police.example",
        "claire\u202e@police.example",
        "claire@police\u200d.example.",
        "cla\x00ire@police.example",
        "claire@police.example\x00",
        "\ud800claire@police.example",
        "claire@\ud800.example",
        "claire@marc@police.example",
        "claire@police",
        "claire@[127.0.0.1]",
        "claire@-police.example",
        "claire@xn--\u00e9.example",
        "claire@police..example",
        ".claire@police.example",
        '"claire"@police.example',
        "cla ire@police.example",
        "@police.example",
        "claire@",
        "claire",
        "",
        "c" * 65 + "@police.example",
        "c@" + "p" * 64 + ".example",
        "\ufdfa" * 100_000,
    ],
)
def test_what_has_no_canonical_form_is_refused(typed):
    with pytest.raises(NotAnAddress):
        canonical_address(typed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "claıre@police.example",
        "claire@polıce.example",
        "claire@polİce.example",
        "claire@p\u043elice.example",
        "claire@police.ехаmple",
        "cl\u0430ire@police.example",
    ],
)
def test_no_lookalike_signs_in_as_somebody(claire, typed):
    response = sign_in(typed)
    assert response.status_code == 200
    assert "_auth_user_id" not in response.client.session


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        "CLAIRE@police.example",
        "ｃlaire@police.example",
        "claıre@police.example",
        "claire@polıce.example",
        "claire@p\u043elice.example",
        "claire@p\u00f3lice.example",
        "claire@police.\u0435xample",
        "claire@po\u04cfice.example",
        "claire@p\u0585lice.example",
        "c1aire@police.example",
        "claire@p0lice.example",
        "claire\u200b@police.example",
    ],
)
def test_fault_97_a_lookalike_gets_a_sentence_and_breaks_no_sign_in(claire, cast, typed):
    ada = signed_in(cast.ada)
    response = ada.post("/personnes/ajouter", {"name": "Une autre", "email": typed})
    assert response.status_code in (200, 409)
    assert "fr-message--error" in response.text
    assert Person.objects.filter(name="Une autre").count() == 0
    assert sign_in("claire@police.example").status_code == 302


@pytest.mark.django_db
def test_an_international_domain_is_one_person_however_it_is_typed(cast):
    made = people.create_person("zoe@préfecture.example", "Zoé", actor=cast.ada)
    assert made.email == "zoe@xn--prfecture-c4a.example"
    made.set_password(PASSWORD)
    made.save()
    for typed in ("zoe@préfecture.example", "ZOE@PRÉFECTURE.example", made.email):
        assert sign_in(typed).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email", ["claıre@police.example", "claire@polıce.example", "a b@c.example"]
)
def test_the_database_holds_canonical_addresses_only(cast, email):
    with pytest.raises(IntegrityError, match="person_email_canonical"), transaction.atomic():
        Person.objects.filter(pk=cast.claire.pk).update(email=email)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dome@police.example", "dorne@police.example"),
        ("willy@police.example", "vvilly@police.example"),
        ("paul0@police.example", "paulo@police.example"),
    ],
)
def test_letters_and_digits_that_read_alike_are_seen_through(one, other):
    assert skeleton(canonical_address(one)) == skeleton(canonical_address(other))


@pytest.mark.parametrize("other", ["clara@police.example", "claire@police2.example"])
def test_what_reads_differently_is_no_lookalike(other):
    assert skeleton(canonical_address(other)) != skeleton("claire@police.example")


def test_accents_and_other_scripts_are_seen_through():
    assert skeleton(canonical_address("claire@p\u043elice.example")) == skeleton(
        "claire@police.example"
    )


# Names

INVISIBLE = ["\x07", "\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2028"]
# In Python alone: the database has no name for what they have in common.
NO_WIDTH = ["\u3164", "\ufe0f", "\U000e0100", "\u17b4", "\u180b", "\U000e0041"]


@pytest.mark.django_db
@pytest.mark.parametrize("character", INVISIBLE + NO_WIDTH)
def test_a_name_holds_nothing_invisible(cast, character):
    form = {"name": f"Jean{character} Martin", "email": "jean@police.example"}
    response = signed_in(cast.ada).post("/personnes/ajouter", form)
    assert response.status_code == 200
    assert "caractère invisible" in response.text
    assert not Person.objects.filter(email="jean@police.example").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Jean\udcff", "Jean\u200b", "\u2003 ", ""])
def test_a_name_from_a_command_is_judged_alike(db, name):
    with pytest.raises(CommandError):
        call_command("create_administrator", "ada@police.example", name)


@pytest.mark.django_db
@pytest.mark.parametrize("character", INVISIBLE)
def test_the_database_refuses_an_invisible_name(cast, character):
    with pytest.raises(IntegrityError, match="person_name_printable"), transaction.atomic():
        Person.objects.filter(pk=cast.claire.pk).update(name=f"Claire{character}")


@pytest.mark.django_db
def test_the_name_of_a_department_holds_nothing_invisible(cast):
    form = {"code": "62", "name": "Pas-de-\u202eCalais", "handle": "pnationale62"}
    response = signed_in(cast.ada).post("/departements/ajouter", form)
    assert "caractère invisible" in response.text


@pytest.mark.django_db
def test_an_action_refuses_an_invisible_name(cast):
    with pytest.raises(Invalid):
        people.create_person("jean@police.example", "Jean\u202e", actor=cast.ada)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", NoticeKind.values)
def test_a_name_with_tags_is_shown_as_typed_in_every_mail_of_the_demo(cast, kind):
    name = "<img src=x onerror=alert(1)> & <b>Zoé</b>"
    zoe = people.create_person("zoe@police.example", name, actor=cast.ada)
    queue_notice([zoe], NoticeKind(kind), path="/?a=1&b=<i>", account=cast.nantes)
    page = signed_in(cast.ada).get("/courriels").text
    assert "Bonjour &lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;Zoé&lt;/b&gt;," in page
    assert "<img src=x" not in page
    assert "<b>Zoé" not in page
    assert "<i>" not in page.split("</main>")[0].split("app-mail")[1]
    assert '<a href="http://127.0.0.1:8000/' in page
