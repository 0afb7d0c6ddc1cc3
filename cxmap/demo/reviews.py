"""Two omnichannel reviews and one by the principles of the fictional retailer's journey. Everything in them is invented."""

import datetime as dt

from django.utils import timezone

from cxmap.demo.content import Pair
from cxmap.workspaces.models import User, Workspace
from improvements.checklists import Checklist, Place, places_of
from improvements.models import Review, ReviewAnswer
from improvements.reviewing import GAPS, Given, gaps_note, map_groups, place_answer, review_start
from journeys.models import Journey

YES, PARTLY, NO, NA = "yes", "partly", "no", "na"
PEOPLE: Pair = ("Boutiques, service client, site", "Shops, customer service, website")
NOTES: dict[tuple[str, str], Pair] = {
    ("web+shop", "price"): ("Deux machines sur cinq 10 € plus chères en boutique, sans explication (fictif).", "Two machines of five cost €10 more in the shops, unexplained (fictional)."),
    ("web+shop", "basket"): ("La boutique ne voit pas le panier du site.", "The shop cannot see the basket of the website."),
    ("web+phone", "contact-history"): ("Le conseiller ne voit pas les e-mails.", "The agent cannot see the e-mails."),
    ("shop+phone", "contact-history"): ("Le passage en boutique n'est noté nulle part.", "A visit to the shop is noted nowhere."),
    ("web+mail", "promotion"): ("Le code de bienvenue est refusé sur les machines.", "The welcome code is refused for machines."),
}  # fmt: skip
# What a reviewer of this company would have seen; points and places that are not named stay unlooked.
NOW: dict[str, dict[str, str]] = {
    "web+shop": {"price": PARTLY, "promotion": YES, "stock": YES, "product-information": YES, "identity": PARTLY, "basket": NO, "order-history": YES, "tone": YES, "delivery": YES, "returns": YES, "payment": PARTLY, "loyalty": NO, "hours": YES, "handover": PARTLY, "consent": YES, "accessibility": PARTLY},
    "web+phone": {"price": YES, "promotion": YES, "stock": YES, "product-information": YES, "identity": YES, "basket": PARTLY, "order-history": YES, "answer": YES, "tone": YES, "delivery": YES, "returns": YES, "payment": NA, "hours": YES, "handover": YES, "consent": YES},
    "web+chat": {"price": YES, "promotion": YES, "stock": YES, "product-information": YES, "identity": YES, "answer": YES, "tone": YES, "handover": YES, "hours": YES},
    "web+mail": {"price": YES, "promotion": NO, "identity": PARTLY, "basket": YES, "tone": PARTLY, "consent": NO, "handover": YES},
    "web+help": {"product-information": YES, "identity": YES, "order-history": YES, "returns": YES, "answer": PARTLY, "tone": YES},
    "web+ads": {"price": YES, "promotion": PARTLY, "product-information": NO, "tone": PARTLY, "hours": YES, "handover": YES},
    "shop+phone": {"price": PARTLY, "stock": NO, "identity": NO, "contact-history": NO, "answer": PARTLY, "returns": YES, "hours": PARTLY, "tone": YES},
    "shop+mail": {"price": YES, "promotion": PARTLY, "tone": YES, "contact-history": NO},
    "phone+chat": {"contact-history": NO, "answer": PARTLY, "handover": NO, "identity": YES, "tone": YES, "hours": YES, "price": YES, "stock": YES, "order-history": YES},
    "phone+mail": {"contact-history": PARTLY, "answer": YES, "identity": YES, "order-history": YES, "tone": YES, "hours": YES, "consent": YES, "returns": YES, "handover": YES},
    "phone+help": {"contact-history": PARTLY, "answer": YES, "returns": YES},
}  # fmt: skip
# Half a year before: fewer pairs were looked at, and more was wrong.
BEFORE: dict[str, dict[str, str]] = {
    "web+shop": {"price": NO, "promotion": PARTLY, "stock": NO, "product-information": YES, "identity": PARTLY, "basket": NO, "order-history": PARTLY, "delivery": YES, "returns": YES, "loyalty": NO, "hours": YES},
    "web+phone": {"price": YES, "promotion": PARTLY, "stock": PARTLY, "answer": YES, "order-history": YES, "tone": YES},
    "web+mail": {"price": YES, "promotion": PARTLY, "consent": YES, "tone": PARTLY},
    "shop+phone": {"stock": NO, "contact-history": NO, "hours": YES},
}  # fmt: skip
PRINCIPLES: dict[str, dict[str, str]] = {
    "customer-obsession": {"evidence": PARTLY, "goals": YES, "closed-loop": NO},
    "bias-for-action": {"owner": PARTLY, "small-step": YES},
    "think-big": {"to-be": NO},
    "are-right-a-lot": {"believed-measured": YES, "verdict": PARTLY},
    "learn-and-be-curious": {"lived": YES},
}
NOTED = (("web+shop", "basket"), ("phone+chat", "contact-history"), ("web+mail", "consent"))


def _fill(review: Review, answers: dict[str, dict[str, str]], user: User, place: int) -> None:
    places: dict[str, Place] = {one.key: one for one in places_of(review.checklist, review.groups)}
    for key, given in answers.items():
        if key in places:
            said = {code: Given(answer, NOTES.get((key, code), ("", ""))[place]) for code, answer in given.items()}
            place_answer(review=review, place=places[key], actor=user, given=said)


def reviews_seed(workspace: Workspace, user: User, place: int) -> None:
    """Review the first journey of the demonstration twice from channel to channel and once by the principles."""
    journey = Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("created_at").first()
    if journey is None or len(map_groups(journey)) < 2:
        return
    today = timezone.localdate(timezone=workspace.zone)
    for days, checklist, answers in (
        (180, Checklist.OMNICHANNEL, BEFORE),
        (5, Checklist.OMNICHANNEL, NOW),
        (12, Checklist.PRINCIPLES, PRINCIPLES),
    ):
        review = review_start(
            journey=journey,
            checklist=checklist,
            actor=user,
            held_on=today - dt.timedelta(days=days),
            people=PEOPLE[place],
        )
        _fill(review, answers, user, place)
        if answers is NOW:
            gaps = ReviewAnswer.objects.filter(review=review, answer__in=GAPS)
            gaps_note(review=review, actor=user, answers=[row for row in gaps if (row.place, row.criterion) in NOTED])


def is_reviewed(workspace: Workspace) -> bool:
    return Review.objects.filter(workspace=workspace).exists()
