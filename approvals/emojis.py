"""The emoji that the composer offers, with the words by which one looks for each. Pure.

Few on purpose: what fits the messages of a police department. Any other can be typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

# Emoji; French words; English words. The first word of each language is its name.
LINES = """
🚓 | voiture de police, patrouille | police car, patrol
🚔 | voiture de police de face, intervention | oncoming police car, response
👮 | policier, policière, agent | police officer, agent
🚨 | gyrophare, alerte, urgence | police car light, alert, emergency
📞 | téléphone, appeler, 17 | telephone, call
📱 | portable, mobile, smartphone | mobile phone, smartphone
⚠️ | attention, danger, avertissement | warning, caution, danger
🛑 | stop, arrêt, contrôle | stop, halt, check
⛔ | sens interdit, fermé | no entry, closed
🚫 | interdit, défense | prohibited, forbidden
🚧 | travaux, route barrée, déviation | roadworks, road closed, diversion
🚦 | feux, circulation | traffic lights
🚗 | voiture, circulation | car, traffic
🏍️ | moto, deux-roues | motorcycle
🚲 | vélo, cycliste | bicycle, cyclist
🛴 | trottinette | kick scooter
🚶 | piéton, passage | pedestrian, walking
🚌 | bus, car, transport scolaire | bus, school transport
🚆 | train, gare | train, station
🚋 | tramway | tram
🅿️ | parking, stationnement | parking
🍷 | verre, alcool au volant | wine, drink driving
ℹ️ | information | information
📢 | annonce, haut-parleur, appel | announcement, loudspeaker, appeal
🔎 | loupe, recherche, enquête | magnifying glass, search, inquiry
👀 | yeux, témoins, avez-vous vu | eyes, witnesses, have you seen
📷 | photo, appareil, portrait | camera, photo, portrait
📍 | lieu, adresse, ici | place, pin, here
🗺️ | carte, plan, itinéraire | map, route
🕒 | horloge, heure | clock, time
📅 | calendrier, date, rendez-vous | calendar, date
➡️ | flèche à droite, suite | right arrow, next
⬇️ | flèche en bas, ci-dessous | down arrow, below
👉 | doigt à droite, voir | pointing right, see
✅ | coche, retrouvé, réussi | check mark, found, done
❌ | croix, faux, à ne pas faire | cross, wrong, do not
❗ | point d’exclamation, important | exclamation mark, important
❓ | point d’interrogation, question | question mark
🏠 | maison, domicile, cambriolage | house, home, burglary
🚪 | porte, démarchage | door, doorstep
🔒 | cadenas, fermer, sécurité | lock, close, safety
🔑 | clé, clef | key
💶 | billets, argent, euros | banknotes, money, euros
💳 | carte bancaire, paiement | bank card, payment
💻 | ordinateur, internet | computer, internet
📧 | courriel, hameçonnage | e-mail, phishing
🎣 | canne à pêche, hameçonnage | fishing, phishing
👜 | sac à main, vol | handbag, theft
👵 | femme âgée, aînés | older woman, seniors
👴 | homme âgé, aînés | older man, seniors
👧 | fille, enfant | girl, child
👦 | garçon, enfant | boy, child
🏫 | école, rentrée | school, back to school
🎒 | cartable, élève | school bag, pupil
🏥 | hôpital, blessés | hospital, injured
🚑 | ambulance, secours | ambulance, rescue
🚒 | pompiers, incendie | fire engine, firefighters
🔥 | feu, incendie | fire
🌊 | vague, inondation | wave, flood
🌧️ | pluie, intempéries | rain, bad weather
❄️ | neige, verglas | snow, ice
🌡️ | thermomètre, canicule | thermometer, heat wave
🏖️ | plage, vacances | beach, holidays
🎆 | feux d’artifice, fête | fireworks, celebration
⚽ | ballon, match | ball, match
🤝 | poignée de main, partenaires | handshake, partners
🙏 | merci, mains jointes | thank you, folded hands
👏 | bravo, applaudissements | well done, clapping
🎓 | diplôme, recrutement, concours | graduation, recruitment
📝 | inscription, écrire, plainte | writing, application, complaint
🐕 | chien, cynophile | dog, canine unit
🇫🇷 | drapeau français, France | French flag, France
""".strip()


@dataclass(frozen=True, slots=True)
class Emoji:
    """`words` are those of both languages: who reads the pages in English knows the French too."""

    character: str
    french: str
    english: str
    words: str

    @property
    def name(self) -> str:
        return self.english if get_language() == "en" else self.french


def _read(line: str) -> Emoji:
    character, french, english = (part.strip() for part in line.split("|"))
    words = f"{french}, {english}"
    return Emoji(character, french.split(",")[0], english.split(",")[0], words)


EMOJIS = tuple(map(_read, LINES.splitlines()))
