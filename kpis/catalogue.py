"""The KPIs that the guides name (A24–A29, B10–B12), put into every new workspace in both languages.

A workspace has its own copy, so that its definitions have their own versions. French texts hold typographic spaces: NBSP before
« % » and « : », a narrow one before « ; ».
"""

from dataclasses import asdict, dataclass
from typing import Any

from cxmap.workspaces.models import Workspace
from cxmap.workspaces.services import furnish_with, headlines_from
from kpis.models import Direction, Kpi, KpiKind, Unit

NB = "\u00a0"  # no-break space
NN = "\u202f"  # narrow no-break space


@dataclass(frozen=True, slots=True)
class Definition:
    """One KPI of the catalogue; pairs are (French, English)."""

    code: str
    name: tuple[str, str]
    kind: str
    unit: str
    direction: str
    formula: tuple[str, str]
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    note: tuple[str, str] = ("", "")
    scale: tuple[int, int] | None = None
    top_from: int | None = None
    opinion: bool = False
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return the columns of the model, without the code."""
        found: dict[str, Any] = {}
        for name in ("name", "formula", "numerator", "denominator", "note"):
            found[f"{name}_fr"], found[f"{name}_en"] = asdict(self)[name]
        low, high = self.scale or (None, None)
        return found | {
            "kind": self.kind,
            "unit": self.unit,
            "direction": self.direction,
            "scale_min": low,
            "scale_max": high,
            "top_from": self.top_from,
            "opinion": self.opinion,
            "typical_categories": list(self.categories),
            "typical_channels": list(self.channels),
        }


CATALOGUE = (
    Definition(
        code="ctr",
        name=("taux de clics (CTR)", "click-through rate (CTR)"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=("clics ÷ affichages", "clicks ÷ impressions"),
        numerator=("clics", "clicks"),
        denominator=("affichages", "impressions"),
        note=(
            f"Pour un e-mail, les affichages sont les e-mails remis{NN}; clics ÷ ouvertures est un autre KPI, le taux de réactivité.",
            "For an e-mail the impressions are the messages delivered; clicks ÷ opens is another KPI, the click-to-open rate.",
        ),
        categories=("marketing",),
        channels=("advertisement", "social", "email", "newsletter", "sem", "seo"),
    ),
    Definition(
        code="add-to-cart-rate",
        name=("taux d'ajout au panier", "add-to-cart rate"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=("visites avec ajout au panier ÷ visites", "visits with an item added to the cart ÷ visits"),
        numerator=("visites avec ajout au panier", "visits with an item added"),
        denominator=("visites", "visits"),
        note=(
            f"À ne pas confondre avec le taux d'achat{NB}: une visite peut remplir le panier sans rien acheter.",
            "Not to be confused with the purchase rate: a visit may fill the cart without buying anything.",
        ),
        categories=("sales",),
        channels=("website",),
    ),
    Definition(
        code="purchase-rate",
        name=("taux d'achat", "purchase rate"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=("visites avec achat ÷ visites", "visits with a purchase ÷ visits"),
        numerator=("visites avec achat", "visits with a purchase"),
        denominator=("visites", "visits"),
        note=(
            f"Exemple du guide, à adapter au secteur{NB}: 2{NB}%.",
            "Example of the guide, to be adapted to the sector: 2%.",
        ),
        categories=("sales",),
        channels=("website", "shop"),
    ),
    Definition(
        code="bounce-rate",
        name=("taux de rebond", "bounce rate"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.LOWER,
        formula=("visites sans interaction ÷ visites", "visits without interaction ÷ visits"),
        numerator=("visites sans interaction", "visits without interaction"),
        denominator=("visites", "visits"),
        note=(
            f"Les outils ne comptent pas tous de la même façon{NB}: gardez la même source pour comparer deux périodes.",
            "Tools count it in different ways: keep to one source when you compare two periods.",
        ),
        categories=("marketing", "sales"),
        channels=("website", "blog", "seo", "sem"),
    ),
    Definition(
        code="open-rate",
        name=("taux d'ouverture", "open rate"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=("e-mails ouverts ÷ e-mails remis", "e-mails opened ÷ e-mails delivered"),
        numerator=("e-mails ouverts", "e-mails opened"),
        denominator=("e-mails remis", "e-mails delivered"),
        note=(
            f"À lire avec prudence{NB}: les protections de la vie privée des messageries ouvrent des e-mails que personne n'a lus, "
            f"d'autres cachent de vraies ouvertures. Exemple du guide{NB}: 25{NB}%.",
            "Read it with care: the privacy protection of mail programs opens messages that nobody read, and hides real opens. "
            "Example of the guide: 25%.",
        ),
        categories=("marketing",),
        channels=("email", "newsletter"),
    ),
    Definition(
        code="csat",
        name=("satisfaction client (CSAT)", "customer satisfaction score (CSAT)"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=("part des notes 4 et 5 sur 5", "share of answers 4 and 5 out of 5"),
        numerator=("notes 4 et 5", "answers 4 and 5"),
        denominator=("répondants", "respondents"),
        note=(
            f"Les réponses vides ou hors de l'échelle de 1 à 5 sont écartées et comptées à part{NN}; la répartition des notes est gardée.",
            "Answers that are empty or outside the scale 1 to 5 are excluded and counted apart; the distribution of the answers is kept.",
        ),
        scale=(1, 5),
        top_from=4,
        opinion=True,
        categories=("service", "sales", "product"),
        channels=("chat", "call-centre", "phone", "shop", "survey", "tablet", "email"),
    ),
    Definition(
        code="nps",
        name=("NPS (Net Promoter Score®)", "NPS (Net Promoter Score®)"),
        kind=KpiKind.NPS,
        unit=Unit.POINTS,
        direction=Direction.HIGHER,
        formula=(
            f"(promoteurs − détracteurs) ÷ répondants × 100{NN}; promoteurs 9 et 10, passifs 7 et 8, détracteurs 0 à 6",
            "(promoters − detractors) ÷ respondents × 100; promoters 9 and 10, passives 7 and 8, detractors 0 to 6",
        ),
        numerator=("promoteurs − détracteurs", "promoters − detractors"),
        denominator=("répondants", "respondents"),
        note=(
            "Net Promoter Score® et NPS® sont des marques déposées de Bain & Company, Inc., Satmetrix Systems, Inc. et Fred Reichheld.",
            "Net Promoter Score® and NPS® are registered trademarks of Bain & Company, Inc., Satmetrix Systems, Inc. and Fred Reichheld.",
        ),
        scale=(0, 10),
        opinion=True,
        categories=("service", "product", "sales"),
        channels=("survey", "email", "product-use"),
    ),
    Definition(
        code="ces",
        name=("score d'effort client (CES)", "customer effort score (CES)"),
        kind=KpiKind.MEAN,
        unit=Unit.SCORE,
        direction=Direction.HIGHER,
        formula=(
            f"moyenne des notes de 1 à 7 (7{NB}={NB}très facile)",
            "mean of the answers from 1 to 7 (7 = very easy)",
        ),
        numerator=("somme des notes", "sum of the answers"),
        denominator=("répondants", "respondents"),
        note=(
            f"Sens de l'échelle{NB}: 7{NB}={NB}très facile, 1{NB}={NB}très difficile. Inversez les notes d'une enquête qui fait le contraire.",
            "Direction of the scale: 7 = very easy, 1 = very difficult. Turn the answers of a survey that does the opposite.",
        ),
        scale=(1, 7),
        opinion=True,
        categories=("service", "sales"),
        channels=("self-service", "faq", "chat", "call-centre", "website", "survey"),
    ),
    Definition(
        code="ces-5",
        name=("score d'effort client (CES) sur 5", "customer effort score (CES) out of 5"),
        kind=KpiKind.MEAN,
        unit=Unit.SCORE,
        direction=Direction.HIGHER,
        formula=(
            f"moyenne des notes de 1 à 5 (5{NB}={NB}très facile)",
            "mean of the answers from 1 to 5 (5 = very easy)",
        ),
        numerator=("somme des notes", "sum of the answers"),
        denominator=("répondants", "respondents"),
        note=(
            f"Pour les enquêtes à cinq réponses{NB}: 5{NB}={NB}très facile. Ne se compare pas au CES sur 7.",
            "For surveys with five answers: 5 = very easy. Not to be compared with the CES out of 7.",
        ),
        scale=(1, 5),
        opinion=True,
        categories=("service", "sales"),
        channels=("self-service", "faq", "chat", "call-centre", "website", "survey"),
    ),
    Definition(
        code="fcr",
        name=("résolution au premier contact (FCR)", "first contact resolution (FCR)"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.HIGHER,
        formula=(
            "demandes résolues au premier contact ÷ demandes",
            "requests resolved at the first contact ÷ requests",
        ),
        numerator=("demandes résolues au premier contact", "requests resolved at the first contact"),
        denominator=("demandes", "requests"),
        note=(
            f"Dites le délai de réitération (p. ex. 7{NB}jours){NB}: une demande est résolue si le client ne rappelle pas pour le même sujet "
            "pendant ce délai. Deux délais différents ne se comparent pas.",
            "Say the repeat-contact window (7 days, for instance): a request is resolved when the customer does not come back about the "
            "same matter within it. Two different windows cannot be compared.",
        ),
        categories=("service",),
        channels=("call-centre", "phone", "chat", "email"),
    ),
    Definition(
        code="call-abandonment",
        name=("taux d'abandon d'appels", "call abandonment rate"),
        kind=KpiKind.PROPORTION,
        unit=Unit.PERCENT,
        direction=Direction.LOWER,
        formula=("appels abandonnés ÷ appels reçus", "calls abandoned ÷ calls received"),
        numerator=("appels abandonnés", "calls abandoned"),
        denominator=("appels", "calls"),
        note=(
            "Convenez si les appels raccrochés dans les premières secondes comptent.",
            "Agree on whether calls hung up within the first seconds count.",
        ),
        categories=("service", "sales"),
        channels=("call-centre", "phone"),
    ),
    Definition(
        code="response-time",
        name=("délai de première réponse", "first response time"),
        kind=KpiKind.DURATION,
        unit=Unit.SECONDS,
        direction=Direction.LOWER,
        formula=("somme des délais ÷ demandes", "sum of the times ÷ requests"),
        numerator=("secondes d'attente", "seconds of waiting"),
        denominator=("demandes", "requests"),
        categories=("service",),
        channels=("chat", "email", "social", "call-centre", "forum"),
    ),
    Definition(
        code="time-on-page",
        name=("temps passé sur la page", "time on page"),
        kind=KpiKind.DURATION,
        unit=Unit.SECONDS,
        direction="",
        formula=("somme des durées ÷ visites", "sum of the durations ÷ visits"),
        numerator=("secondes passées", "seconds spent"),
        denominator=("visites", "visits"),
        note=(
            f"Plus de temps peut dire plus d'intérêt ou plus de difficulté{NB}: choisissez le sens pour chaque point de contact. "
            "D'ordinaire, plus haut est mieux sur une page de contenu, plus bas est mieux sur une page d'aide ou de paiement.",
            "More time may mean more interest or more difficulty: choose the direction for each touchpoint. "
            "As a rule higher is better on a page of content, lower is better on a help or checkout page.",
        ),
        categories=("marketing", "sales", "service"),
        channels=("website", "blog", "faq"),
    ),
)


def furnish(workspace: Workspace) -> None:
    """Add what is missing of the catalogue; definitions that the workspace changed stay as they are."""
    have = set(Kpi.objects.filter(workspace=workspace).values_list("code", flat=True))
    Kpi.objects.bulk_create(
        Kpi(workspace=workspace, code=definition.code, rank=rank, **definition.fields())
        for rank, definition in enumerate(CATALOGUE)
        if definition.code not in have
    )


def headlines(workspace: Workspace) -> list[tuple[str, str]]:
    """Return the KPIs to choose the dashboard's first tile from: what customers said, then the rest."""
    found = sorted(Kpi.objects.filter(workspace=workspace), key=lambda kpi: (not kpi.opinion, kpi.rank))
    return [(kpi.code, kpi.name) for kpi in found]


def register() -> None:
    furnish_with(furnish)
    headlines_from(headlines)
