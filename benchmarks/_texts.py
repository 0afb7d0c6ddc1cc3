"""Texts as people write them on maps, the same every time: sentences of common words and now and then a rare one."""

import random
from typing import Any

from benchmarks._library import Library
from cxmap.lib.text import sort_key
from improvements.models import Pain
from journeys.models import Card, Lane, Step
from personas.models import Persona
from touchpoints.models import Touchpoint

WHO = ("Le client", "La cliente", "L’acheteur", "Une conseillère", "Le technicien", "Le service client", "Mon voisin")
DOES = (
    "compare les prix de",
    "cherche des avis sur",
    "attend la livraison de",
    "appelle au sujet de",
    "relit la facture de",
    "réclame pour",
    "hésite devant",
    "recommande à un ami",
    "oublie le mot de passe de",
    "compte sur",
)
WHAT = (
    "l’abonnement",
    "la machine à café",
    "son panier",
    "la carte de fidélité",
    "l’offre découverte",
    "la pièce de rechange",
    "son rendez-vous",
    "la garantie étendue",
    "la borne d’accueil",
    "l’application mobile",
)
WHERE = (
    "en boutique",
    "sur le site",
    "par téléphone",
    "dans l’application",
    "au comptoir",
    "depuis son canapé",
    "chez le partenaire",
    "par courriel",
)
WHY = (
    "parce que le délai est trop long",
    "et ne comprend pas les conditions",
    "sans trouver le bon formulaire",
    "mais la page de paiement se ferme",
    "puis abandonne au bout de dix minutes",
    "et finit par obtenir une réponse claire",
    "alors que tout était promis pour lundi",
    "et se sent enfin écouté",
)
RARE = ("perlimpinpin", "marmelade", "tournevis", "zeppelin", "crocodile")
CARDS = 5  # with texts, a step


def sentence(chance: random.Random) -> str:
    parts = [chance.choice(one) for one in (WHO, DOES, WHAT, WHERE, WHY)]
    if chance.random() < 0.002:
        parts.append(chance.choice(RARE))
    return " ".join(parts) + "."


def write_texts(made: Library) -> int:
    """Say something on all maps (two cards in five are what customers said) and of every touchpoint; return the cards."""
    chance = random.Random(5)
    workspace = made.workspace
    lanes = {
        (journey.pk, kind): Lane.objects.create(workspace=workspace, journey=journey, kind=kind, rank=2048.0 + place)
        for journey in made.journeys
        for place, kind in enumerate(("actions", "thoughts"))
    }
    rows: list[Any] = []
    for step in Step.objects.filter(workspace=workspace).order_by("journey_id", "rank", "id"):
        for place in range(CARDS):
            said = place % 5 > 2
            rows.append(
                Card(
                    workspace=workspace,
                    journey_id=step.journey_id,
                    lane=lanes[step.journey_id, "thoughts" if said else "actions"],
                    step=step,
                    text=" ".join(sentence(chance) for _ in range(chance.randint(1, 3))),
                    source=f"Entretien {chance.randint(1, 40)}" if said else "",
                    rank=1024.0 * (1 + place),
                )
            )
    Card.objects.bulk_create(rows, batch_size=5000)
    for touchpoint in made.touchpoints:
        touchpoint.description = sentence(chance)
        touchpoint.competitor_note = sentence(chance) if chance.random() < 0.1 else ""
    Touchpoint.objects.bulk_update(made.touchpoints, ["description", "competitor_note"], batch_size=1000)
    Pain.objects.bulk_create(
        Pain(workspace=workspace, title=sentence(chance)[:120], note=sentence(chance)) for _ in range(500)
    )
    names = [f"Persona {number}" for number in range(60)]
    Persona.objects.bulk_create(
        Persona(workspace=workspace, name=name, sort_key=sort_key(name), summary=sentence(chance)) for name in names
    )
    return len(rows)
