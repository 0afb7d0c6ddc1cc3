"""What makes the personas of the demonstration full sheets: sections, empathy maps, hierarchy, status. All made up."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cxmap.demo.content import Pair
from cxmap.workspaces.models import User, Workspace
from personas.models import Persona, Quadrant, Section, SectionKind, Status
from personas.services import (
    SectionEntry,
    evidence_add,
    persona_create,
    persona_set_data,
    persona_set_status,
    persona_update,
)

Lines = tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class SheetText:
    """What is added to one persona of content.PERSONAS; `sections` are (kind, title, items), `proofs` of them by place."""

    relation: str
    tagline: Pair
    empathy: Mapping[str, Lines]
    sections: tuple[tuple[str, Pair, Any], ...]
    proofs: Mapping[int, tuple[str, Pair, int]] = field(default_factory=dict)
    empathy_proofs: Mapping[str, tuple[str, Pair, int]] = field(default_factory=dict)
    review_in_days: int | None = None


LINES = {SectionKind.LIST, SectionKind.TAGS, SectionKind.BRANDS, SectionKind.QUESTIONS}
CHARACTER: Pair = ("Tempérament d'achat", "Buying temper")
CHANNELS: Pair = ("Canaux préférés", "Preferred channels")
JOBS: Pair = ("Tâches à accomplir", "Jobs to be done")
SKILLS: Pair = ("Aisance", "Skills")

SHEETS = {
    "Claire": SheetText(
        relation="new",
        tagline=("la trentaine, pressée", "in her thirties, in a hurry"),
        empathy={
            Quadrant.SAYS: (
                ("« Je finirai demain, là je n'ai pas cinq minutes. »", "“I will finish tomorrow, I have no five minutes now.”"),
                ("« Pourquoi un mot de passe pour du café ? »", "“Why a password for coffee?”"),
            ),
            Quadrant.THINKS: (
                ("Si je me trompe de machine, je devrai la renvoyer.", "If I choose the wrong machine, I shall have to send it back."),
                ("Les frais arriveront bien à la dernière page.", "The fees will surely come on the last page."),
            ),
            Quadrant.DOES: (
                ("Lit les trois avis les plus sévères avant d'ajouter au panier", "Reads the three harshest reviews before adding to the basket"),
                ("Envoie le lien à son conjoint et attend sa réponse", "Sends the link to her partner and waits for an answer"),
            ),
            Quadrant.FEELS: (
                ("Confiante jusqu'au paiement, méfiante devant le compte obligatoire", "Confident until payment, suspicious of the compulsory account"),
            ),
            Quadrant.PAINS: (("Recommencer sa saisie sur un petit écran", "Typing everything again on a small screen"),),
            Quadrant.GAINS: (("Savoir le jour exact de la livraison avant de payer", "Knowing the exact day of delivery before paying"),),
        },
        sections=(
            (SectionKind.SLIDERS, CHARACTER, (
                (("compare longtemps", "compares for long"), ("décide vite", "decides fast"), 78),
                (("cherche le prix", "looks for the price"), ("cherche la sûreté", "looks for safety"), 64),
                (("seule", "alone"), ("conseillée", "advised"), 35),
            )),
            (SectionKind.CHANNELS, CHANNELS, (("website", 82), ("email", 55), ("chat", 41), ("phone", 12))),
            (SectionKind.JOBS, JOBS, (
                (("il ne reste que trois capsules", "only three capsules are left"), ("recommander sans réfléchir", "order again without thinking"), ("le petit déjeuner ne soit pas un souci", "breakfast is no worry")),
                (("un colis est en retard", "a parcel is late"), ("savoir où il est sans appeler", "know where it is without calling"), ("je puisse m'organiser", "I can plan my day")),
            )),
            (SectionKind.BARS, SKILLS, ((("Aisance avec le numérique", "Ease with digital tools"), 74), (("Connaissance du café", "Knowledge of coffee"), 28))),
            (SectionKind.TAGS, ("En quelques étiquettes", "In a few tags"), (("pressée", "in a hurry"), ("mobile d'abord", "mobile first"), ("deux enfants", "two children"), ("sensible au gaspillage", "dislikes waste"))),
        ),
        proofs={0: ("survey", ("Enquête après achat", "Survey after purchase"), 212), 1: ("data", ("Contacts par canal sur un an", "Contacts by channel over a year"), 9300)},
        empathy_proofs={
            Quadrant.SAYS: ("interview", ("Huit entretiens de clientes", "Eight interviews of customers"), 8),
            Quadrant.DOES: ("data", ("Parcours de 14 000 visites par semaine", "Paths of 14,000 visits a week"), 14000),
            Quadrant.PAINS: ("survey", ("Enquête après abandon de panier", "Survey after an abandoned basket"), 212),
        },
        review_in_days=180,
    ),
    "Marc": SheetText(
        relation="loyal",
        tagline=("la cinquantaine, amateur exigeant", "in his fifties, demanding amateur"),
        empathy={
            Quadrant.SAYS: (("« Passez-moi quelqu'un de l'atelier. »", "“Put me through to somebody in the workshop.”"),),
            Quadrant.THINKS: (("Un bon produit se répare.", "A good product can be repaired."),),
            Quadrant.DOES: (("Garde les notices dans un classeur", "Keeps the manuals in a binder"), ("Passe au magasin avant d'appeler", "Goes to the shop before phoning")),
            Quadrant.FEELS: (("Fier de sa machine, vexé quand on lui lit un script", "Proud of his machine, offended when a script is read to him"),),
            Quadrant.PAINS: (("Répéter son histoire à trois personnes", "Telling his story to three people"),),
            Quadrant.GAINS: (("Un nom et une ligne directe", "A name and a direct line"),),
        },
        sections=(
            (SectionKind.SLIDERS, CHARACTER, (
                (("compare longtemps", "compares for long"), ("décide vite", "decides fast"), 22),
                (("cherche le prix", "looks for the price"), ("cherche la sûreté", "looks for safety"), 88),
            )),
            (SectionKind.CHANNELS, CHANNELS, (("shop", 90), ("phone", 71), ("website", 30))),
            (SectionKind.BRANDS, ("Marques qu'il respecte (inventées)", "Brands that he respects (made up)"), (("Atelier Brume", "Atelier Brume"), ("Rivet & Fils", "Rivet & Sons"))),
            (SectionKind.BARS, SKILLS, ((("Aisance avec le numérique", "Ease with digital tools"), 46), (("Connaissance du café", "Knowledge of coffee"), 91))),
        ),
        empathy_proofs={Quadrant.DOES: ("interview", ("Visites dans deux magasins", "Visits to two shops"), 11)},
    ),
    "Inès": SheetText(
        relation="prospect",
        tagline=("étudiante, petit budget", "student, small budget"),
        empathy={
            Quadrant.SAYS: (("«\u00a0Tu l'as achetée où, la tienne\u202f?\u00a0»", "“Where did you buy yours?”"),),
            Quadrant.THINKS: (("Une promotion finira bien par arriver.", "A discount will come sooner or later."),),
            Quadrant.DOES: (("Enregistre des vidéos et y revient des semaines plus tard", "Saves videos and comes back weeks later"),),
            Quadrant.FEELS: (("Curieuse, vite lassée par le jargon", "Curious, soon tired of jargon"),),
            Quadrant.PAINS: (("Des frais de livraison aussi chers que le café", "Delivery fees as dear as the coffee"),),
            Quadrant.GAINS: (("Partager une commande entre colocataires", "Sharing an order with flatmates"),),
        },
        sections=(
            (SectionKind.SLIDERS, CHARACTER, (
                (("compare longtemps", "compares for long"), ("décide vite", "decides fast"), 40),
                (("cherche le prix", "looks for the price"), ("cherche la sûreté", "looks for safety"), 15),
            )),
            (SectionKind.CHANNELS, CHANNELS, (("social", 88), ("word-of-mouth", 67), ("website", 52))),
            (SectionKind.BARS, SKILLS, ((("Aisance avec le numérique", "Ease with digital tools"), 93), (("Connaissance du café", "Knowledge of coffee"), 44))),
        ),
        empathy_proofs={Quadrant.PAINS: ("survey", ("Enquête auprès d'étudiants", "Survey of students"), 64)},
    ),
}  # fmt: skip
CHILD: dict[str, Pair] = {
    "name": ("Claire en cadeau", "Claire giving a present"),
    "tagline": ("achète pour quelqu'un d'autre", "buys for somebody else"),
    "summary": (
        "Hypothèse, à vérifier : en décembre, une partie des acheteuses pressées offre la machine et ne connaît pas les goûts "
        "de qui la recevra.",
        "Hypothesis, to be checked: in December, some of the hurried buyers give the machine and do not know the taste of "
        "whoever gets it.",
    ),
}

CHILD_QUESTIONS: Lines = (
    ("Quelle part des commandes de décembre est un cadeau ?", "Which share of December's orders is a present?"),
    (
        "Qui demande l'échange, l'acheteuse ou la personne qui reçoit ?",
        "Who asks for an exchange, buyer or receiver?",
    ),
)


def _content(kind: str, items: Any, place: int) -> dict[str, Any]:
    if kind in LINES:
        return {"items": [pair[place] for pair in items]}
    if kind == SectionKind.SLIDERS:
        return {"items": [{"left": a[place], "right": b[place], "value": value} for a, b, value in items]}
    if kind == SectionKind.BARS:
        return {"items": [{"label": label[place], "value": value} for label, value in items]}
    if kind == SectionKind.CHANNELS:
        return {"items": [{"channel": code, "value": value} for code, value in items]}
    return {"items": [{"when": a[place], "want": b[place], "so": c[place]} for a, b, c in items]}


AGE_OF = {"Claire": "30-49", "Marc": "50+", "Inès": "18-29"}


def sheets_fill(workspace: Workspace, user: User, place: int) -> None:
    """Make the personas of a demonstration full sheets; nothing is done where sections stand already."""
    if Section.objects.filter(workspace=workspace).exists():
        return
    personas = {row.name: row for row in Persona.objects.filter(workspace=workspace, deleted_at=None)}
    gathered = timezone.localdate() - dt.timedelta(days=40)
    for name, text in SHEETS.items():
        if name not in personas:
            continue
        persona = persona_update(
            persona=personas[name],
            actor=user,
            sector="retail",
            market="b2c",
            relation=text.relation,
            tagline=text.tagline[place],
            empathy={key: [pair[place] for pair in lines] for key, lines in text.empathy.items()},
            sections=[
                SectionEntry(kind, title[place], _content(kind, items, place)) for kind, title, items in text.sections
            ],
        )
        # The age bands that the demonstration's surveys carry (figures.AGES).
        persona_set_data(persona=persona, actor=user, segments=(), dimensions={"age": [AGE_OF[name]]})
        own = list(persona.sections.exclude(kind=SectionKind.EMPATHY))
        backed = [(own[at], proof) for at, proof in text.proofs.items()]
        backed += [(persona.sections.get(quadrant=key), proof) for key, proof in text.empathy_proofs.items()]
        for section, (kind, title, asked) in backed:
            evidence_add(trait=section, actor=user, kind=kind, title=title[place], n=asked, gathered_on=gathered)
        if text.review_in_days:
            review = timezone.localdate() + dt.timedelta(days=text.review_in_days)
            persona_set_status(persona=persona, actor=user, status=Status.VALIDATED, review_on=review)
    if "Claire" in personas:
        persona_create(
            workspace=workspace,
            actor=user,
            name=CHILD["name"][place],
            tagline=CHILD["tagline"][place],
            summary=CHILD["summary"][place],
            parent=personas["Claire"],
            colour=personas["Claire"].colour,
            sector="retail",
            market="b2c",
            relation="new",
            status=Status.TO_RESEARCH,
            sections=[
                SectionEntry(
                    SectionKind.QUESTIONS,
                    ("Questions auxquelles répondre", "Questions to answer")[place],
                    {"items": [pair[place] for pair in CHILD_QUESTIONS]},
                )
            ],
        )
