"""What each check of a text looks for and why, with an example before and after.

`PAGES` has a page for every check, by its id. Examples are French texts: they are not translated.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from approvals.checks import NO_CONTEXT, Context, Severity
from approvals.checks.lists import Lists, Reserve

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Theme(TextChoices):
    INQUIRY = "inquiry", _("L’enquête et la présomption d’innocence")
    PEOPLE = "people", _("Les personnes à protéger")
    PERSONAL_DATA = "personal_data", _("Les données personnelles")
    MOMENT = "moment", _("Le moment et le lieu")
    LINKS = "links", _("Les liens, les comptes et les mots-dièse")
    VOICE = "voice", _("La voix du service")
    TEXT = "text", _("Le texte lui-même")


SECRECY = _("Code de procédure pénale, article 11")
INNOCENCE = _("Code civil, article 9-1")
PRESS_MINORS = _("Loi du 29 juillet 1881, article 39 bis")
PRESS_VICTIMS = _("Loi du 29 juillet 1881, article 39 quinquies")
PRESS_OFFICERS = _("Loi du 29 juillet 1881, article 39 sexies")
JUVENILE = _("Code de la justice pénale des mineurs, article L. 513-4")
PERSONAL_DATA = _("Règlement général sur la protection des données (RGPD)")
ACCESSIBILITY = _("Référentiel général d’amélioration de l’accessibilité (RGAA)")
CHARTER = _("Charte de l’État pour les réseaux sociaux (SIG, 2024)")


@dataclass(frozen=True, slots=True)
class Help:
    """The page of one check. `before` is found by it in `context`; `after` is not, there or in
    `context_after`, and nothing else stops it or wants a reason.
    """

    check: str
    theme: Theme
    severity: Severity
    title: StrOrPromise
    looks_for: StrOrPromise
    why: StrOrPromise
    before: str
    after: str
    laws: tuple[StrOrPromise, ...] = ()
    note: StrOrPromise = ""
    context: Context = NO_CONTEXT
    context_after: Context | None = None  # where what changes is not the text


INQUIRY = (
    Help(
        "judicial",
        Theme.INQUIRY,
        Severity.BLOCK,
        _("Secret de l’enquête"),
        _(
            "Ce qui raconte une affaire précise : une interpellation, une garde à vue, une "
            "perquisition, une saisie, des aveux, une suite judiciaire. Un conseil, un chiffre "
            "d’ensemble ou un rappel de la loi n’est pas une affaire."
        ),
        _(
            "L’enquête est secrète pour ceux qui la mènent. Seul le procureur en rend publics des "
            "éléments, ou donne son accord. Un détail donné trop tôt prévient un complice, gêne un "
            "témoin ou fait tomber une procédure."
        ),
        before="Deux hommes interpellés à Nantes pour cambriolage sont en garde à vue.",
        after="Vous partez ce printemps ? Signalez votre absence au commissariat : nos patrouilles "
        "passeront devant chez vous.",
        laws=(SECRECY,),
        note=_(
            "Une fois l’accord du procureur enregistré (par qui, quand, pour quels faits), ces "
            "mots ne demandent plus qu’un motif."
        ),
    ),
    Help(
        "guilt_formula",
        Theme.INQUIRY,
        Severity.BLOCK,
        _("« Coupable », « présumé coupable »"),
        _("Les mots qui disent quelqu’un coupable, et la formule « présumé coupable »."),
        _(
            "Toute personne est présumée innocente jusqu’à ce qu’un tribunal la juge. « Présumé "
            "coupable » dit l’inverse de la loi, et engage le service."
        ),
        before="Le présumé coupable du vol de vélo est connu.",
        after="Faites graver votre vélo : un vélo retrouvé revient ainsi à son propriétaire.",
        laws=(INNOCENCE,),
    ),
    Help(
        "guilt_words",
        Theme.INQUIRY,
        Severity.WARN,
        _("Mots qui jugent avant le tribunal"),
        _(
            "« L’auteur », « le voleur », « il a volé » : des mots qui tiennent quelqu’un d’une "
            "affaire pour celui qui a commis les faits."
        ),
        _(
            "Avant le jugement, personne n’est l’auteur de rien. Écrivez « soupçonné de », "
            "« mis en cause », ou parlez des faits plutôt que de la personne."
        ),
        before="Le cambrioleur du quartier a volé des bijoux hier soir.",
        after="Cambriolages : fermez vos volets la nuit et rangez vos bijoux hors de la chambre.",
        laws=(INNOCENCE,),
    ),
)

PEOPLE = (
    Help(
        "minor_identified",
        Theme.PEOPLE,
        Severity.BLOCK,
        _("Mineur reconnaissable"),
        _("Un mineur en cause ou victime, avec son nom, son prénom ou une image."),
        _(
            "La loi interdit de faire reconnaître un mineur victime, en fugue ou délaissé, et un "
            "mineur mis en cause. Un prénom et une commune suffisent à toute une école."
        ),
        before="Léa D., 12 ans, a été victime d’un vol devant son collège.",
        after="Au collège, un téléphone se range dans le sac. Nos policiers en parlent avec les "
        "classes toute l’année.",
        laws=(PRESS_MINORS, JUVENILE),
        note=_(
            "Quand l’autorité demande une recherche, sa référence enregistrée lève l’arrêt : le "
            "nom et la photo sont alors ce qu’elle a choisi de montrer."
        ),
    ),
    Help(
        "minor_mention",
        Theme.PEOPLE,
        Severity.WARN,
        _("Mineur en cause ou victime"),
        _("Un enfant, un adolescent ou un âge de moins de 18 ans dans ce qui est arrivé."),
        _(
            "Âge, commune, école, lien de parenté : mis ensemble, ils désignent un enfant. Ne "
            "gardez que ce qui sert au lecteur."
        ),
        before="Un enfant de 8 ans a été renversé devant son école à Rezé.",
        after="Devant les écoles, roulez au pas : la vitesse y est limitée pour les enfants.",
        laws=(PRESS_MINORS, JUVENILE),
    ),
    Help(
        "victim_identified",
        Theme.PEOPLE,
        Severity.BLOCK,
        _("Victime d’une infraction sexuelle reconnaissable"),
        _("Un nom, un prénom ou une image dans un texte qui parle d’une infraction sexuelle."),
        _(
            "La loi interdit de diffuser ce qui permet de reconnaître la victime d’une agression "
            "ou d’une atteinte sexuelle. La nommer, c’est la blesser une seconde fois."
        ),
        before="Julie MARTIN a été victime d’une agression sexuelle dans le tramway.",
        after="Victime ou témoin dans les transports ? Appelez le 17 ou envoyez un SMS au 114.",
        laws=(PRESS_VICTIMS,),
    ),
    Help(
        "sex_offence_mention",
        Theme.PEOPLE,
        Severity.WARN,
        _("Infraction sexuelle qui a eu lieu"),
        _("Le récit d’un viol, d’une agression sexuelle ou d’attouchements qui ont eu lieu."),
        _(
            "Un lieu précis, un âge, un métier ou un lien de parenté font reconnaître la victime, "
            "même sans son nom."
        ),
        before="Une infirmière a été victime d’un viol dimanche à Saint-Herblain.",
        after="Victime de violences ? Le 3919 vous écoute, jour et nuit. En urgence : 17 ou 114.",
        laws=(PRESS_VICTIMS,),
    ),
    Help(
        "victim_blaming",
        Theme.PEOPLE,
        Severity.WARN,
        _("Victime rendue responsable"),
        _("« Elle n’aurait pas dû », « imprudente », « l’a bien cherché », une tenue."),
        _(
            "Le responsable est celui qui commet les faits. Une victime que l’on juge ne vient "
            "plus porter plainte. Dites ce que l’on peut faire."
        ),
        before="Elle n’aurait pas dû rentrer seule si tard.",
        after="Vous vous sentez suivie ? Entrez dans un commerce et appelez le 17.",
    ),
    Help(
        "protected_unit",
        Theme.PEOPLE,
        Severity.BLOCK,
        _("Membre d’une unité protégée"),
        _("Le nom ou l’image d’un membre d’une unité comme le RAID, la BRI ou la DGSI."),
        _(
            "La loi interdit de révéler l’identité des agents de certaines unités. Leur famille "
            "est en danger avec eux."
        ),
        before="Bravo au brigadier Jean DUPONT, du RAID, venu parler de son métier.",
        after="Le RAID est venu parler de son métier aux élèves de l’école de police.",
        laws=(PRESS_OFFICERS,),
    ),
    Help(
        "race",
        Theme.PEOPLE,
        Severity.BLOCK,
        _("« Race »"),
        _("Quelqu’un décrit par une « race »."),
        _(
            "Le mot ne décrit personne et blesse beaucoup de lecteurs. Il sort de son contexte en "
            "une capture d’écran, au nom de la police."
        ),
        before="Nous recherchons un homme de race noire.",
        after="Nous accueillons chacun de la même façon, à toute heure.",
    ),
    Help(
        "origin",
        Theme.PEOPLE,
        Severity.WARN,
        _("Origine, religion, orientation, santé"),
        _("L’origine, la religion, l’orientation ou la santé d’une personne ou d’un groupe."),
        _(
            "Ces mots n’apprennent rien des faits et désignent tout un groupe. Gardez-les "
            "seulement s’ils sont le sujet : une campagne contre les discriminations, par exemple."
        ),
        before="Des gens du voyage sont dans le quartier : fermez vos portes.",
        after="Avant de sortir, fermez vos portes et vos fenêtres à clé.",
        laws=(PERSONAL_DATA,),
    ),
)

DATA = (
    Help(
        "plate",
        Theme.PERSONAL_DATA,
        Severity.BLOCK,
        _("Plaque d’immatriculation"),
        _("Une plaque, entière ou en partie, de tout format."),
        _("Une plaque mène à une personne, qui n’est peut-être plus celle du volant."),
        before="Attention à la Clio AB-123-CD, qui roule trop vite.",
        after="En ville, la vitesse tue d’abord les piétons. Ralentissez.",
        laws=(PERSONAL_DATA,),
        note=_(
            "Quand l’autorité demande de retrouver le véhicule, sa référence enregistrée lève "
            "l’arrêt."
        ),
    ),
    Help(
        "phone",
        Theme.PERSONAL_DATA,
        Severity.BLOCK,
        _("Numéro de portable"),
        _("Un numéro en 06 ou 07, avec ou sans indicatif, en chiffres ou en lettres."),
        _(
            "Un portable est celui de quelqu’un, agent ou particulier, qui sera appelé des années "
            "après. Donnez le 17, le 112, le 114 ou le fixe du service."
        ),
        before="Vous avez une information ? Appelez le 06 12 34 56 78.",
        after="Vous avez une information ? Appelez le 17.",
        laws=(PERSONAL_DATA,),
    ),
    Help(
        "nir",
        Theme.PERSONAL_DATA,
        Severity.BLOCK,
        _("Numéro de sécurité sociale"),
        _("Un numéro de sécurité sociale, avec ou sans sa clé."),
        _("Il suit une personne toute sa vie et sert à usurper son identité."),
        before="Carte Vitale trouvée au nom du 2 85 05 44 109 123 45.",
        after="Vous avez perdu votre carte Vitale ? Déclarez-le sur https://www.ameli.fr",
        laws=(PERSONAL_DATA,),
    ),
    Help(
        "rio",
        Theme.PERSONAL_DATA,
        Severity.BLOCK,
        _("Numéro d’agent"),
        _("Un numéro près des mots « RIO », « matricule » ou « numéro d’agent »."),
        _("Le numéro d’un agent le désigne à qui veut le retrouver."),
        before="Merci à l’agent RIO 1234567 pour son aide.",
        after="Merci à l’équipe de nuit pour son aide.",
        laws=(PERSONAL_DATA,),
    ),
    Help(
        "address",
        Theme.PERSONAL_DATA,
        Severity.WARN,
        _("Adresse précise"),
        _("Un numéro et une rue, un appartement. L’adresse d’un lieu public n’est pas relevée."),
        _("Une adresse désigne ceux qui y vivent, et y attire curieux et représailles."),
        before="Dégât des eaux au 12 rue des Lilas : évitez d’y passer.",
        after="Dégât des eaux rue des Lilas : évitez d’y passer.",
        laws=(PERSONAL_DATA,),
    ),
)

MOMENT = (
    Help(
        "live_operation",
        Theme.MOMENT,
        Severity.WARN,
        _("Opération en cours"),
        _("« En cours », « en ce moment », « actuellement », une équipe en place quelque part."),
        _(
            "Celui que l’on cherche lit aussi le compte. Une position, un effectif ou une "
            "technique mettent en danger les équipes et le public."
        ),
        before="Intervention en cours place Royale : nos équipes entrent par la cour.",
        after="L’intervention place Royale est terminée. La circulation est rétablie.",
        note=_("Une consigne de sécurité (« évitez le secteur ») vaut un motif."),
    ),
    Help(
        "relative_date",
        Theme.MOMENT,
        Severity.WARN,
        _("« Demain », « ce soir »"),
        _(
            "Un mot qui dépend du jour, dans un texte qui part un autre jour que celui où il est "
            "écrit, ou dont le jour n’est pas connu."
        ),
        _(
            "Le texte attend ses accords et son heure, puis il est repris des jours après : "
            "« demain » devient faux."
        ),
        before="Portes ouvertes du commissariat demain de 10 h à 17 h.",
        after="Portes ouvertes du commissariat samedi 14 mars, de 10 h à 17 h.",
    ),
    Help(
        "electoral_reserve",
        Theme.MOMENT,
        Severity.BLOCK,
        _("Période de réserve électorale"),
        _(
            "Un recrutement, une opération réussie, une affaire judiciaire ou la vie du service, "
            "un jour de réserve. Les conseils de prévention, les disparitions, les appels à "
            "témoins et la circulation partent."
        ),
        _(
            "Avant une élection, un service de l’État ne fait rien qui puisse peser sur le vote : "
            "il ne parle ni de lui ni de ses résultats. Ce qui protège les gens n’attend pas."
        ),
        before="Nos policiers vous attendent au forum des métiers.",
        after="Avant de partir, fermez vos portes et vos fenêtres à clé.",
        context=Context(reserve=Reserve("municipales", dt.date(2026, 3, 22))),
        context_after=NO_CONTEXT,
    ),
    Help(
        "other_department",
        Theme.MOMENT,
        Severity.ADVICE,
        _("Commune d’un autre département"),
        _("Un lieu qui n’est pas dans le département du compte."),
        _("C’est souvent un texte repris d’un collègue, ou un compte pris pour un autre."),
        before="Nos policiers vous attendent au forum des métiers, à Rennes.",
        after="Nos policiers vous attendent au forum des métiers, à Nantes.",
        context=Context(department="44"),
    ),
)

LINKS = (
    Help(
        "bad_url",
        Theme.LINKS,
        Severity.BLOCK,
        _("Lien qui cache où il mène"),
        _(
            "Un lien raccourci, une adresse en chiffres, une adresse avec un identifiant, un site "
            "qui se donne pour officiel."
        ),
        _(
            "On apprend au public à ne pas suivre un lien qu’il ne peut pas lire. Un "
            "raccourcisseur peut aussi changer de page après la relecture."
        ),
        before="Tous nos conseils : https://bit.ly/3abcde",
        after="Tous nos conseils : https://www.masecurite.interieur.gouv.fr",
    ),
    Help(
        "foreign_domain",
        Theme.LINKS,
        Severity.ADVICE,
        _("Site hors de la liste"),
        _("Un lien vers un site qui n’est pas sur la liste des sites officiels."),
        _("Un lien recommande une page. Ouvrez-la et relisez-la juste avant de soumettre."),
        before="Le programme de la journée : https://www.exemple.com/programme",
        after="Le programme de la journée : https://www.police-nationale.interieur.gouv.fr",
    ),
    Help(
        "mention",
        Theme.LINKS,
        Severity.WARN,
        _("Compte cité"),
        _("Un compte cité qui n’est pas sur la liste des comptes officiels."),
        _(
            "Citer, c’est recommander. Et X peut refuser un tweet qui cite un compte qui ne vous a "
            "pas mentionné d’abord."
        ),
        before="Merci à @boulangerie_durand pour son accueil.",
        after="Merci aux commerçants du centre-ville pour leur accueil.",
    ),
    Help(
        "link_without_scheme",
        Theme.LINKS,
        Severity.ADVICE,
        _("Lien sans https://"),
        _("Un nom de site écrit sans https://, dont X fait un lien, voulu ou non."),
        _("Une espace oubliée après un point crée aussi un lien, vers un site inconnu."),
        before="Préparez votre plainte sur masecurite.interieur.gouv.fr",
        after="Préparez votre plainte sur https://www.masecurite.interieur.gouv.fr",
    ),
    Help(
        "link_cut",
        Theme.LINKS,
        Severity.WARN,
        _("Lien coupé"),
        _("Un caractère, comme une apostrophe, où X arrête le lien."),
        _("Le lecteur arrive sur une autre page, ou sur une erreur."),
        before="Nos offres : https://www.devenirpolicier.fr/l’emploi",
        after="Nos offres : https://www.devenirpolicier.fr/l%E2%80%99emploi",
    ),
    Help(
        "hashtag_broken",
        Theme.LINKS,
        Severity.WARN,
        _("Mot-dièse coupé"),
        _("Un trait d’union, une apostrophe ou une espace qui arrête le mot-dièse."),
        _("Seul le début devient un lien : #Saint-Nazaire mène à #Saint."),
        before="Rendez-vous à #Saint-Nazaire pour parler de nos métiers.",
        after="Rendez-vous à #SaintNazaire pour parler de nos métiers.",
    ),
    Help(
        "hashtag_style",
        Theme.LINKS,
        Severity.WARN,
        _("Mots-dièse illisibles ou trop nombreux"),
        _("Plus de trois mots-dièse, ou plusieurs mots collés sans majuscules."),
        _(
            "Un lecteur d’écran lit #SécuritéRoutière mot à mot, mais pas #sécuritéroutière. "
            "Beaucoup de mots-dièse noient le message."
        ),
        before="Bouclez votre ceinture, même à l’arrière. #securiteroutierepourtous",
        after="Bouclez votre ceinture, même à l’arrière. #SécuritéRoutière",
        laws=(ACCESSIBILITY,),
    ),
)

VOICE = (
    Help(
        "personal_voice",
        Theme.VOICE,
        Severity.WARN,
        _("Parole personnelle"),
        _("« J’ai », « mon avis », un score, un souvenir : votre vie ou votre opinion."),
        _(
            "Le compte parle au nom du service. Une parole personnelle est souvent une erreur "
            "de compte."
        ),
        before="J’ai battu mon record au marathon !",
        after="Bravo à l’équipe de course du commissariat pour son marathon.",
    ),
    Help(
        "politics",
        Theme.VOICE,
        Severity.WARN,
        _("Politique"),
        _("Un parti, un candidat, un élu que l’on juge."),
        _("Le service public est neutre, plus encore avant une élection."),
        before="Le maire sortant a raison : la sécurité avance.",
        after="Notre commissariat vous accueille jour et nuit.",
    ),
    Help(
        "long_sentence",
        Theme.VOICE,
        Severity.ADVICE,
        _("Phrase longue"),
        _("Plus de 25 mots d’une traite."),
        _("Une phrase courte, une idée : tout le monde comprend à la première lecture."),
        before="Si vous partez en vacances cet été, pensez à signaler votre absence à votre "
        "commissariat afin que nos patrouilles puissent passer devant chez vous et vérifier que "
        "tout va bien.",
        after="Vous partez cet été ? Signalez votre absence au commissariat. Nos patrouilles "
        "passeront devant chez vous.",
        laws=(CHARTER,),
    ),
    Help(
        "text_speak",
        Theme.VOICE,
        Severity.ADVICE,
        _("Abréviations"),
        _("Les abréviations du métier ou du langage SMS."),
        _("Tout le monde vous lit, et un lecteur d’écran épelle ce qui n’est pas un mot."),
        before="Slt, pensez à votre ceinture svp.",
        after="Bonjour, pensez à votre ceinture.",
        laws=(CHARTER,),
    ),
    Help(
        "reacting_face",
        Theme.VOICE,
        Severity.ADVICE,
        _("Visage qui réagit"),
        _("Les émojis qui rient, pleurent, clignent de l’œil."),
        _("Une émotion prêtée à l’État se lit de travers, surtout hors de son contexte."),
        before="La ceinture, c’est pour tout le monde 😂",
        after="La ceinture, c’est pour tout le monde 🚗",
        laws=(CHARTER,),
    ),
    Help(
        "spelling",
        Theme.VOICE,
        Severity.ADVICE,
        _("Orthographe"),
        _("Les quelques fautes fréquentes dans les messages de police."),
        _("Une faute se capture et se commente plus que le message."),
        before="Nous recrutons : rendez-vous au comissariat.",
        after="Nous recrutons : rendez-vous au commissariat.",
    ),
)

TEXT = (
    Help(
        "empty",
        Theme.TEXT,
        Severity.BLOCK,
        _("Texte vide"),
        _("Un message sans un mot."),
        _("Une image seule ne dit pas de quoi parle le service."),
        before="",
        after="Nos policiers vous attendent au forum des métiers.",
    ),
    Help(
        "too_long",
        Theme.TEXT,
        Severity.BLOCK,
        _("Texte trop long"),
        _("Plus de 280 signes comme X les compte : un lien en vaut 23, un émoji 2."),
        _("X refuse le message. Coupez-le, ou faites-en un fil."),
        before="Vous partez en vacances ? " + "Signalez votre absence au commissariat. " * 7,
        after="Vous partez en vacances ? Signalez votre absence au commissariat.",
    ),
    Help(
        "invisible",
        Theme.TEXT,
        Severity.BLOCK,
        _("Caractère invisible"),
        _("Un caractère qui ne se voit pas, souvent venu d’un copier-coller."),
        _(
            "Ce que l’on approuve doit être ce que l’on voit. Un caractère caché change un lien, "
            "ou l’ordre des mots."
        ),
        before="Soyez pru\u200bdents sur la route.",
        after="Soyez prudents sur la route.",
    ),
    Help(
        "homoglyph",
        Theme.TEXT,
        Severity.BLOCK,
        _("Lettres d’un autre alphabet"),
        _("Un mot qui mêle à nos lettres celles d’un autre alphabet, d’apparence semblable."),
        _("Le mot ne se trouve plus, se lit mal à voix haute, et sert à imiter un nom."),
        before="La Pоlice nationale recrute.",
        after="La Police nationale recrute.",
    ),
    Help(
        "styled",
        Theme.TEXT,
        Severity.BLOCK,
        _("Lettres décorées"),
        _("Du gras, de l’italique ou des lettres cerclées faits de signes mathématiques."),
        _(
            "Un lecteur d’écran les épelle ou se tait : le message est perdu pour ceux qui "
            "écoutent."
        ),
        before="𝗔𝗹𝗲𝗿𝘁𝗲 : la route est glissante.",
        after="Alerte : la route est glissante.",
        laws=(ACCESSIBILITY,),
    ),
    Help(
        "draft_words",
        Theme.TEXT,
        Severity.BLOCK,
        _("Texte inachevé"),
        _("« À compléter », « XXX », « brouillon », un blanc entre crochets, « ne pas diffuser »."),
        _("Une note pour soi, publiée, fait douter de tout le compte."),
        before="Portes ouvertes le [date] au commissariat.",
        after="Portes ouvertes le 14 mars au commissariat.",
    ),
    Help(
        "forbidden_word",
        Theme.TEXT,
        Severity.BLOCK,
        _("Mot refusé"),
        _("Un mot de la liste que les administrateurs tiennent."),
        _("Une consigne nationale le veut ainsi : demandez-la à un administrateur."),
        before="Opération Motrefusé : nos policiers vous attendent.",
        after="Nos policiers vous attendent.",
        context=Context(lists=Lists(words=frozenset({"motrefuse"}))),
    ),
    Help(
        "test_words",
        Theme.TEXT,
        Severity.BLOCK,
        _("Message d’essai"),
        _("« Test », « ceci est un test » : un message qui essaie l’application."),
        _("Un essai sur un vrai compte est lu par tous ses abonnés."),
        before="Test 1 2, ceci est un test.",
        after="Nos policiers vous attendent au forum des métiers.",
    ),
    Help(
        "exercise",
        Theme.TEXT,
        Severity.ADVICE,
        _("Exercice"),
        _("Un exercice de sécurité qui n’est pas annoncé dès les premiers mots."),
        _("Un lecteur pressé croit à un vrai événement, et l’annonce à d’autres."),
        before="Fumée et sirènes autour de la gare de Nantes jeudi 12 mars : exercice attentat.",
        after="EXERCICE. Fumée et sirènes autour de la gare de Nantes jeudi 12 mars. #Exercice",
    ),
    Help(
        "same_as_before",
        Theme.TEXT,
        Severity.ADVICE,
        _("Texte déjà publié"),
        _("Mot pour mot un texte que X a déjà eu, et que ce brouillon reprend."),
        _("X n’accepte pas deux fois le même texte d’un compte."),
        before="Avant de sortir, fermez vos portes et vos fenêtres à clé.",
        after="Clés, fenêtres, volets : trois gestes avant de partir en week-end.",
        context=Context(had=("Avant de sortir, fermez vos portes et vos fenêtres à clé.",)),
    ),
    Help(
        "nearly_same_as_before",
        Theme.TEXT,
        Severity.ADVICE,
        _("Texte presque répété"),
        _("Presque un texte que ce compte a approuvé depuis un mois."),
        _("X peut refuser un doublon, et qui vous suit le lirait deux fois."),
        before="Avant de sortir, fermez vos portes et vos fenêtres à clé.",
        after="Clés, fenêtres, volets : trois gestes avant de partir en week-end.",
        context=Context(recent=("Avant de sortir, fermez vos portes et vos fenêtres à clé !",)),
    ),
    Help(
        "same_as_others",
        Theme.TEXT,
        Severity.ADVICE,
        _("Texte d’un autre département"),
        _("Presque le texte qu’un autre département a publié depuis une semaine."),
        _("X prend une campagne identique pour du spam. Ajoutez ce qui est de votre territoire."),
        before="Avant de sortir, fermez vos portes et vos fenêtres à clé.",
        after="À Nantes, nos policiers vous montrent comment protéger votre porte.",
        context=Context(elsewhere=("Avant de sortir, fermez vos portes et vos fenêtres à clé.",)),
    ),
)

PAGES = {page.check: page for page in (*INQUIRY, *PEOPLE, *DATA, *MOMENT, *LINKS, *VOICE, *TEXT)}
# Findings with an id of their own that a check's page explains as well.
_SAME_PAGE = {"unread": "too_long"}
_OF_DESCRIPTION = "_in_description"


def page_of_check(check: str) -> Help | None:
    """The page that explains a finding, by the finding's `check`."""
    check = check.removesuffix(_OF_DESCRIPTION)
    return PAGES.get(_SAME_PAGE.get(check, check))
