"""Reviews of the fictional retailer's journeys, from channel to channel and by the principles. All of it is invented."""

import datetime as dt

from django.utils import timezone

from cxmap.demo.content import Pair
from cxmap.workspaces.models import User, Workspace
from improvements.checklists import Checklist, places_of
from improvements.models import Review, ReviewAnswer
from improvements.reviewing import GAPS, Given, gaps_note, map_groups, place_answer, review_start
from journeys.models import Journey

YES, PARTLY, NO, NA = "yes", "partly", "no", "na"
PEOPLE: Pair = ("Boutiques, service client, site", "Shops, customer service, website")
Answers = dict[str, dict[str, str]]
NOTES: dict[tuple[str, str], Pair] = {
    ("web+phone", "basket"): ("Le conseiller voit le panier, mais ne peut pas le modifier.", "The agent sees the basket but cannot change it."),
    ("web+phone", "identity"): ("Le client connecté redonne son adresse et son numéro de commande.", "A signed-in customer gives address and order number again."),
    ("web+mail", "promotion"): ("Le code de bienvenue est refusé sur les machines (fictif).", "The welcome code is refused for machines (fictional)."),
    ("web+mail", "consent"): ("Après désinscription, deux envois ont encore suivi.", "Two mails still followed after unsubscribing."),
    ("web+ads", "product-information"): ("L'annonce montre une machine qui n'est plus vendue.", "The ad shows a machine that is no longer sold."),
    ("phone+chat", "contact-history"): ("Le conseiller ne voit pas la conversation du chat.", "The agent cannot see the conversation of the chat."),
    ("shop+phone", "contact-history"): ("Le dépôt en boutique n'est noté nulle part.", "Leaving a machine at the shop is noted nowhere."),
    ("shop+help", "stock"): ("Le délai de réparation affiché en ligne est celui de l'an dernier.", "The repair time shown online is last year's."),
}  # fmt: skip
# The pairs that were looked at. Every point of them was found good, save those named; "": this one was not looked at.
BUYING: Answers = {
    "web+phone": {"basket": PARTLY, "identity": PARTLY, "accessibility": "", "payment": NA},
    "web+chat": {"basket": PARTLY, "loyalty": NA, "payment": NA, "accessibility": ""},
    "web+mail": {"promotion": NO, "consent": NO, "identity": PARTLY, "loyalty": PARTLY},
    "web+ads": {"product-information": NO, "promotion": PARTLY, "tone": PARTLY},
    "web+product": {"identity": NA},
    "phone+chat": {"contact-history": NO, "handover": NO, "answer": PARTLY, "identity": PARTLY, "order-history": NO, "basket": NO, "loyalty": NO, "returns": PARTLY, "payment": NA, "accessibility": ""},
    "phone+mail": {"contact-history": PARTLY, "basket": NA, "loyalty": PARTLY},
    "phone+ads": {"promotion": NO, "price": PARTLY, "hours": NO, "handover": PARTLY},
    "phone+product": {"identity": PARTLY, "order-history": YES, "promotion": ""},
    "chat+mail": {"contact-history": NO, "handover": PARTLY, "basket": PARTLY, "answer": YES, "loyalty": "", "consent": "", "accessibility": ""},
}  # fmt: skip
# Half a year before: fewer pairs were looked at, and more was wrong.
BUYING_BEFORE: Answers = {
    "web+phone": {"basket": NO, "identity": NO, "stock": NO, "promotion": PARTLY, "order-history": PARTLY, "payment": NA, "accessibility": "", "loyalty": ""},
    "web+chat": {"basket": NO, "answer": PARTLY, "hours": NO, "loyalty": NA, "payment": NA, "accessibility": ""},
    "web+mail": {"promotion": PARTLY, "identity": PARTLY, "loyalty": NO, "tone": PARTLY, "consent": ""},
    "phone+mail": {"contact-history": NO, "basket": NA, "loyalty": PARTLY, "answer": PARTLY},
}  # fmt: skip
REPAIR: Answers = {
    "shop+phone": {"contact-history": NO, "stock": NO, "identity": PARTLY, "hours": PARTLY, "answer": PARTLY, "basket": NA, "promotion": NA, "loyalty": NA},
    "shop+help": {"stock": NO, "returns": PARTLY, "basket": NA, "loyalty": NA, "accessibility": ""},
    "phone+mail": {"contact-history": PARTLY, "basket": NA, "promotion": NA, "loyalty": NA},
}  # fmt: skip
PRINCIPLES: Answers = {
    "customer-obsession": {"evidence": PARTLY, "closed-loop": NO},
    "bias-for-action": {"owner": PARTLY},
    "think-big": {"to-be": NO, "whole": ""},
    "are-right-a-lot": {"verdict": PARTLY},
    "learn-and-be-curious": {"others": "", "unknown": ""},
}
NOTED = frozenset({("phone+chat", "contact-history"), ("web+mail", "consent"), ("shop+phone", "contact-history")})


def _fill(review: Review, answers: Answers, user: User, place: int) -> None:
    for one in places_of(review.checklist, review.groups):
        if one.key not in answers:
            continue
        named = answers[one.key]
        given = {
            criterion.code: Given(named.get(criterion.code, YES), NOTES.get((one.key, criterion.code), ("", ""))[place])
            for criterion in one.criteria
            if named.get(criterion.code, YES)
        }
        place_answer(review=review, place=one, actor=user, given=given)


def reviews_seed(workspace: Workspace, user: User, place: int) -> None:
    """Review the journeys of the demonstration from channel to channel, the first one twice, and by the principles."""
    today = timezone.localdate(timezone=workspace.zone)
    journeys = list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("created_at")[:2])
    plans: list[tuple[int, int, Checklist, Answers]] = [
        (0, 180, Checklist.OMNICHANNEL, BUYING_BEFORE),
        (0, 5, Checklist.OMNICHANNEL, BUYING),
        (0, 12, Checklist.PRINCIPLES, PRINCIPLES),
        (1, 20, Checklist.OMNICHANNEL, REPAIR),
    ]
    for number, days, checklist, answers in plans:
        if number >= len(journeys) or len(map_groups(journeys[number])) < 2:
            continue
        review = review_start(
            journey=journeys[number],
            checklist=checklist,
            actor=user,
            held_on=today - dt.timedelta(days=days),
            people=PEOPLE[place],
        )
        _fill(review, answers, user, place)
        gaps = ReviewAnswer.objects.filter(review=review, answer__in=GAPS)
        gaps_note(review=review, actor=user, answers=[row for row in gaps if (row.place, row.criterion) in NOTED])


def is_reviewed(workspace: Workspace) -> bool:
    return Review.objects.filter(workspace=workspace).exists()
