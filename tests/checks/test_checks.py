"""For each check, texts that it must stop or warn of and texts that it must let pass."""

from __future__ import annotations

import pytest

from approvals.checks import CHECKS, Context, Severity, check_text

BLOCKED = {
    "invisible": ["La gendar\u200bmerie recrute."],
    "homoglyph": ["La P\u043elice nationale vous informe.", "Venez \u0430 Rezé."],
    "styled": ["\U0001d5e5\U0001d5ee\U0001d5fd\U0001d5fd\U0001d5f2\U0001d5f9 : 17."],
    "too_long": ["Prudence sur les routes. " * 12],
    "draft_words": [
        "Portes ouvertes le XX mai à 14 h.",
        "Rue fermée de 8 h à ??? h.",
        "Réunion à [lieu] samedi.",
        "À valider par le chef avant diffusion : le pont rouvre.",
    ],
    "test_words": ["Test", "Ceci est un test, ne pas en tenir compte.", "tweet de test n° 2"],
    "guilt_formula": [
        "Le présumé coupable de l’incendie a été conduit au commissariat.",
        "On tient le coupable des tags de la mairie.",
    ],
    "race": ["Un homme de race blanche a pris la fuite."],
    "plate": ["Une Clio AB-123-CD gêne les secours.", "Immat 2745 VK 33 : déplacez-la."],
    "phone": ["Appelez Karim au 06.39.98.41.27.", "Joindre le +33 6 39 98 12 05."],
    "nir": ["Carte au n° 1 84 12 76 451 089 46."],
    "rio": ["Bravo à l’agent RIO 1284673."],
    "bad_url": [
        "Tout est sur https://bit.ly/abc",
        "Voir http://192.0.2.45/rdv",
        "https://agent:secret@exemple.fr/",
        "https://www.service-public.fr.aide.info",
    ],
    "judicial": [
        "Deux hommes interpellés hier à Rezé pour un cambriolage.",
        "L’enquête est confiée à la police judiciaire de Nantes.",
        "Il dormira en prison ce soir.",
        "Un trafic démantelé : 2 kg de résine et 4 300 € saisis.",
        "Convoqués devant le tribunal en mars, les trois jeunes ont reconnu les faits.",
    ],
    "minor_identified": ["M. Dupont, mineur de 12 ans, a été retrouvé blessé à Nantes."],
    "victim_identified": ["Courage à Sandrine Pelletier, violée chez elle à Niort."],
    "protected_unit": ["Le capitaine Thibault Vasseur, du GIGN, revient au lycée."],
}
WARNED = {
    "guilt_words": ["Les deux voleurs ont été arrêtés hier à Vertou."],
    "minor_mention": ["Une fillette de 8 ans a été renversée hier à Rezé."],
    "sex_offence_mention": ["Une femme a été agressée sexuellement hier dans le tram."],
    "origin": ["Un couple de confession juive tient ce café."],
    "live_operation": ["Intervention en cours rue de Strasbourg, évitez le secteur."],
    "victim_blaming": ["Vitre ouverte et clés sur le contact : faut pas venir pleurer."],
    "relative_date": ["Rue fermée demain dès 8 h."],
    "address": ["Tapage au 12 bis, rue des Lilas."],
    "personal_voice": ["J’avoue, j’ai versé ma petite larme."],
    "politics": ["Bravo au ministre, qui a bien raison de tenir bon."],
    "hashtag_broken": ["Prudence à #Saint-Nazaire", "Venez au # Recrutement"],
    "hashtag_style": ["#un #deux #trois #quatre", "#bravolapolicenationale"],
    "mention": ["Merci à @durand_du_92 !"],
}
CLEAN = [
    "Le vol simple est puni de 3 ans d’emprisonnement et de 45 000 € d’amende.",
    "La garde à vue dure 24 heures, avec droit à un avocat. #LeSaviezVous",
    "Cambriolages : fermez vos volets et faites relever votre courrier. Un doute ? Le 17.",
    "La police recrute des policiers adjoints, de 18 à 30 ans. https://www.devenirpolicier.fr",
    "Rue Jean-Moulin fermée samedi 8 novembre 2025 de 8 h à 19 h pour travaux.",
    "En 2024, 6 % de cambriolages de moins qu’en 2023 dans le Bas-Rhin.",
    "Violences conjugales : le 3919, anonyme et gratuit, 24 h sur 24.",
    "Orka, malinoise de race, vient de passer son brevet de pistage.",
    "Test d’aptitude à Aurillac : inscriptions ouvertes jusqu’au 30 avril.",
    "Le dossier est à compléter en ligne avant le 15 mars 2026.",
    "Gêne mineure à prévoir avenue Victor-Hugo.",
    "De Rio 2016 à Paris 2024, nos sportifs ont défendu nos couleurs.",
    "Un colis suspect ? Ne pas toucher, s’éloigner, composer le 17.",
    "Toute personne est présumée innocente tant qu’elle n’est pas jugée coupable.",
    "Nos offres : https://www.devenirpolicier.fr/l%E2%80%99emploi",
]


def found(text: str, severity: Severity, **context) -> set[str]:
    return {f.check for f in check_text(text, Context(**context)) if f.severity == severity}


def cases(texts: dict[str, list[str]]) -> list:
    return [
        pytest.param(check, text, id=f"{check}-{i}")
        for check, written in texts.items()
        for i, text in enumerate(written)
    ]


@pytest.mark.parametrize(("check", "text"), cases(BLOCKED))
def test_a_text_that_must_not_go_out_is_stopped(check, text):
    assert check in found(text, Severity.BLOCK)


@pytest.mark.parametrize(("check", "text"), cases(WARNED))
def test_a_text_to_look_at_again_is_warned_of(check, text):
    assert check in found(text, Severity.WARN)


@pytest.mark.parametrize("text", CLEAN)
def test_an_honest_text_is_left_in_peace(text):
    assert found(text, Severity.BLOCK) | found(text, Severity.WARN) == set()


PILOT = (
    "#Saint-Nazaire Les enquêteurs de la sûreté élucident 6 #cambriolages et tentatives. "
    "Les 2 auteurs convoqués devant la justice #finslimiers"
)


def test_the_tweet_of_the_pilot_waits_for_the_agreement_and_then_passes_with_warnings():
    assert found(PILOT, Severity.BLOCK) == {"judicial"}
    assert found(PILOT, Severity.BLOCK, has_agreement=True) == set()
    warned = found(PILOT, Severity.WARN, has_agreement=True)
    assert {"judicial", "guilt_words", "hashtag_broken"} <= warned


def test_today_is_no_relative_date_in_a_text_that_leaves_today():
    import datetime as dt

    day = dt.date(2026, 1, 5)
    text = "Rue fermée ce soir dès 20 h."
    assert "relative_date" not in found(text, Severity.WARN, written_on=day, sent_on=day)
    later = day + dt.timedelta(days=1)
    assert "relative_date" in found(text, Severity.WARN, written_on=day, sent_on=later)


def test_a_town_of_another_department_is_pointed_out():
    text = "Réunion publique à Rennes samedi."
    assert "other_department" in found(text, Severity.ADVICE, department="44")
    assert "other_department" not in found(text, Severity.ADVICE, department="35")


def test_nearly_the_text_of_another_department_is_pointed_out():
    text = "Pensez à fermer vos volets avant de partir en vacances cet été."
    other = "Pensez à fermer vos volets avant de partir en vacances cet été !"
    assert "same_as_others" in found(text, Severity.ADVICE, elsewhere=(other,))
    assert "nearly_same_as_before" in found(text, Severity.ADVICE, recent=(other,))
    assert "nearly_same_as_before" in found(text, Severity.ADVICE, recent=(text,))
    assert "same_as_before" in found(text, Severity.ADVICE, had=(text,))
    assert not found("Un tout autre texte, sur la route.", Severity.ADVICE, elsewhere=(other,))


def test_every_check_that_stops_or_warns_has_a_text_here():
    named = {check.__name__ for check in CHECKS}
    assert {*BLOCKED, *WARNED} <= named


def test_each_finding_says_where_it_stands():
    for texts in (BLOCKED, WARNED):
        for written in texts.values():
            for text in written:
                for finding in check_text(text):
                    assert text[finding.start : finding.end] == finding.words
                    assert str(finding.sentence)
