"""The approval of the demonstration's maps: a published version, a draft that goes on, a review that is asked for.

Colleagues are invented and cannot sign in.
"""

import datetime as dt

from django.utils import timezone

from cxmap.demo.content import Pair
from cxmap.workspaces.models import Membership, Role, User, Workspace
from journeys.models import Card, Journey, Step
from journeys.services import approval, cards, stages
from journeys.services.journeys import share_link_create

COLLEAGUE = "lea@cxmap.local"
NAME = "Léa Exemple"
FIRST: Pair = ("Après l'atelier d'octobre", "After the workshop of October")
NOTE: Pair = (
    "Validée avec le magasin pilote ; le service client relit la fin.",
    "Agreed with the pilot shop; customer service reads the end again.",
)
ADDED: Pair = ("Demande l'avis d'un proche avant de payer", "Asks somebody close before paying")
RENAMED: Pair = (" (à confirmer)", " (to be confirmed)")
ASK: Pair = (
    "Trois changements depuis l'entretien de mardi : est-ce toujours juste pour la livraison ?",
    "Three changes since Tuesday's interview: is it still right for delivery?",
)
FOR_WHOM: Pair = ("Comité de direction", "Management board")


def is_shared(workspace: Workspace) -> bool:
    """True when something of the demonstration is published."""
    return Journey.objects.filter(workspace=workspace, published_version__isnull=False).exists()


def sharing_seed(workspace: Workspace, user: User, place: int) -> None:
    """Publish the maps, go on with the first one, and have the colleague ask for a look at it."""
    colleague, made = User.objects.get_or_create(email=COLLEAGUE, defaults={"name": NAME})
    if made:
        colleague.set_unusable_password()
        colleague.save(update_fields=["password"])
    Membership.objects.get_or_create(workspace=workspace, user=colleague, defaults={"role": Role.EDITOR})
    journeys = list(Journey.objects.filter(workspace=workspace, deleted_at=None).order_by("created_at", "id"))
    for journey in journeys:
        approval.journey_publish(
            journey=journey,
            actor=user,
            review_on=journey.review_on or timezone.localdate() + dt.timedelta(days=120),
            name=FIRST[place],
            note=NOTE[place],
        )
    first = journeys[0]
    card = Card.objects.filter(journey=first, lane__kind="actions", deleted_at=None).order_by("step__rank", "id")[0]
    cards.card_add(lane=card.lane, step=card.step, actor=colleague, text=ADDED[place])
    step = Step.objects.filter(journey=first, deleted_at=None).order_by("-stage__rank", "-rank", "id")[0]
    stages.step_rename(step=step, actor=colleague, name=f"{step.name}{RENAMED[place]}"[:160])
    thought = Card.objects.filter(journey=first, lane__kind="thoughts", deleted_at=None).order_by("-step__rank", "id")[
        0
    ]
    cards.card_delete(card=thought, actor=colleague)
    approval.review_ask(journey=Journey.objects.get(pk=first.pk), actor=colleague, reviewers=[user], note=ASK[place])
    share_link_create(journey=first, actor=user, days=90, label=FOR_WHOM[place])
