"""What the touchpoints of the fictional retailer cost, how many they meet, and what is said there. All of it is invented."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cxmap.demo.content import MARKETING, SERVICE, Pair
from cxmap.workspaces.models import User, Workspace
from touchpoints.contents import content_add
from touchpoints.models import ContentItem, Touchpoint
from touchpoints.services import touchpoint_update


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one touchpoint: cost and contacts (None: unknown), each with its period, and what is written about it."""

    code: str
    cost: int | None = None
    cost_span: str = "month"
    volume: int | None = None
    volume_span: str = "month"
    personalisation: str = ""
    proactive: Pair = ("", "")
    competitors: Pair = ("", "")
    initiator: str = "customer"
    kind: str = "communication"


FACTS = (
    Facts("ad-social", 8400, volume=310_000, personalisation="segment", initiator="company",
          competitors=("Torréfaction Nord (fictif) montre des clients, nous montrons des machines.",
                       "North Roastery (fictional) shows customers, we show machines.")),
    Facts("ad-search", 5200, volume=46_000, personalisation="individual", initiator="company"),
    Facts("search-result", 900, volume=120_000),
    Facts("tv-spot", 96_000, "year", 2_400_000, "year", personalisation="none", initiator="company"),
    Facts("radio-spot", 18_000, "quarter", personalisation="none", initiator="company"),
    Facts("blog-guide", 650, volume=9_500, personalisation="none"),
    Facts("video-demo", 2_400, "quarter", 14_000, "quarter", personalisation="none"),
    Facts("newsletter", 1_150, volume=84_000, personalisation="segment", initiator="company"),
    Facts("welcome-mail", 220, volume=3_900, personalisation="individual", initiator="company",
          proactive=("Trois jours sans première tasse enregistrée : nous envoyons le réglage de la mouture.",
                     "Three days without a first cup: we send how to set the grinder.")),
    Facts("contest", 7_500, "year", personalisation="none", initiator="company"),
    Facts("friends", initiator="others"),
    Facts("home-page", 2_100, volume=58_000, personalisation="segment"),
    Facts("product-page", 2_900, volume=61_000, personalisation="live",
          competitors=("Café Comptoir (fictif) affiche le coût par tasse à côté du prix.",
                       "Café Comptoir (fictional) shows the cost a cup beside the price.")),
    Facts("basket", 700, volume=16_500, personalisation="individual",
          proactive=("Panier laissé une heure : un e-mail rappelle ce qu'il contient, sans remise.",
                     "A basket left for an hour: an e-mail recalls what is in it, without a discount.")),
    Facts("payment-page", 1_300, volume=9_800, personalisation="none"),
    Facts("sales-chat", 3_600, volume=1_250, personalisation="individual"),
    Facts("shop-visit", 148_000, "quarter", 38_000, "quarter", personalisation="individual",
          competitors=("Deux enseignes voisines (fictives) offrent la dégustation sans rendez-vous.",
                       "Two neighbouring chains (fictional) offer tastings without an appointment.")),
    Facts("shop-demo", 5_400, volume=620, personalisation="individual", initiator="company"),
    Facts("shop-tablet", 2_200, "quarter"),
    Facts("order-mail", 180, volume=7_400, personalisation="individual", initiator="company",
          proactive=("Colis en retard d'un jour : nous écrivons avant que le client ne demande.",
                     "A parcel is a day late: we write before the customer asks.")),
    Facts("faq", 480, volume=21_000, personalisation="none",
          competitors=("La FAQ de Torréfaction Nord (fictif) répond en vidéo aux dix premières questions.",
                       "The FAQ of North Roastery (fictional) answers the first ten questions by video.")),
    Facts("call-centre", 21_500, volume=4_300, personalisation="individual",
          competitors=("Café Comptoir (fictif) rappelle dans l'heure.", "Café Comptoir (fictional) calls back within the hour.")),
    Facts("service-mail", 4_900, volume=2_100, personalisation="individual"),
    Facts("service-chat", 3_800, volume=2_900, personalisation="individual"),
    Facts("social-care", 1_600, volume=540, personalisation="individual"),
    Facts("forum", volume=1_900),
    Facts("parcel-tracking", 350, volume=13_200, personalisation="individual", kind="action"),
)  # fmt: skip

# touchpoint, kind, title, days since the last update (None: nobody knows), owner, address
CONTENTS: tuple[tuple[str, str, Pair, int | None, Pair, str], ...] = (
    ("faq", "faq", ("Comment renvoyer un produit ?", "How do I send a product back?"), 34, SERVICE, "https://example.org/faq/return"),
    ("faq", "faq", ("Quand ma commande arrive-t-elle ?", "When does my order arrive?"), 61, SERVICE, "https://example.org/faq/delivery"),
    ("faq", "faq", ("Comment détartrer ma machine ?", "How do I descale my machine?"), 540, SERVICE, "https://example.org/faq/descale"),
    ("faq", "faq", ("Ma capsule est-elle recyclable ?", "Can my capsule be recycled?"), None, SERVICE, ""),
    ("faq", "video", ("Tutoriel : régler la mouture", "Tutorial: setting the grinder"), 410, MARKETING, "https://example.org/video/grinder"),
    ("order-mail", "message", ("Confirmation de commande", "Order confirmation"), 120, SERVICE, ""),
    ("order-mail", "message", ("Colis en retard", "Parcel is late"), 12, SERVICE, ""),
    ("call-centre", "script", ("Accueil et identification", "Greeting and identification"), 200, SERVICE, ""),
    ("call-centre", "script", ("Réclamation : écouter, reformuler, proposer", "Complaint: listen, rephrase, propose"), 480, SERVICE, ""),
    ("blog-guide", "article", ("Quelle cafetière choisir ?", "Which coffee machine?"), 290, MARKETING, "https://example.org/blog/machines"),
    ("welcome-mail", "message", ("Bienvenue et première tasse", "Welcome and first cup"), 75, MARKETING, ""),
)  # fmt: skip


def library_describe(workspace: Workspace, user: User, place: int) -> None:
    """Say of the touchpoints of the demonstration what they cost, whom they meet and what stands there; once."""
    rows = {row.code: row for row in Touchpoint.objects.filter(workspace=workspace, deleted_at=None)}
    for facts in FACTS:
        if facts.code not in rows:
            continue
        values: dict[str, Any] = {
            "cost": facts.cost,
            "cost_span": facts.cost_span,
            "volume": facts.volume,
            "volume_span": facts.volume_span,
            "personalisation": facts.personalisation,
            "proactive_trigger": facts.proactive[place],
            "competitor_note": facts.competitors[place],
            "kind": facts.kind,
            "initiator": facts.initiator,
            "receiver": "customer" if facts.initiator != "customer" else "company",
        }
        touchpoint_update(touchpoint=rows[facts.code], actor=user, **values)
    today = timezone.localdate(timezone=workspace.zone)
    for code, kind, title, days, owner, address in CONTENTS:
        if code in rows:
            content_add(
                touchpoint=rows[code],
                actor=user,
                title=title[place],
                kind=kind,
                address=address,
                owner=owner[place],
                updated_on=None if days is None else today - dt.timedelta(days=days),
            )


def is_described(workspace: Workspace) -> bool:
    """True once somebody, or this module, has listed content in the demonstration."""
    return ContentItem.objects.filter(workspace=workspace).exists()
