"""What the fictional retailer's team says to each other on its maps. Everybody and everything here is invented."""

from cxmap.demo import content
from cxmap.demo.content import Pair
from cxmap.lib.text import typeset_french
from cxmap.workspaces.models import Membership, Role, User, Workspace
from improvements.models import Pain
from journeys.comments import Place
from journeys.models import Card, Comment, Journey
from journeys.services.comments import comment_add, journey_follow, thread_resolve

# Colleagues have addresses that no mail can reach, and no password.
COLLEAGUES: tuple[tuple[str, Pair, Role], ...] = (
    ("nadia", ("Nadia Belkacem", "Nadia Rahman"), Role.EDITOR),
    ("thomas", ("Thomas Rivière", "Thomas Whitfield"), Role.ANALYST),
    ("julie", ("Julie Marchal", "Julie Marsh"), Role.VIEWER),
)
ME = "me"  # the member whom the demonstration is shown to

# Who, what; {nadia} is her name behind an @. A thread is on a touchpoint's card, its step, a pain point, or the map.
Lines = tuple[tuple[str, Pair], ...]
THREADS: tuple[tuple[str, str, bool, Lines], ...] = (
    (
        "card",
        "payment-page",
        False,
        (
            (
                "nadia",
                (
                    "Depuis la refonte, le compte obligatoire passe avant le choix du paiement. {me}, as-tu vu les abandons par appareil ?",
                    "Since the redesign the compulsory account comes before the choice of payment. {me}, have you seen the drop-outs by device?",
                ),
            ),
            (
                "thomas",
                (
                    "Sur mobile surtout. Au téléphone, trois clients sur dix appellent à ce moment (relevé fictif de la semaine 46).",
                    "On mobiles mostly. Three customers in ten call us at this point (a fictional count of week 46).",
                ),
            ),
            (
                ME,
                (
                    "Je garde la vignette comme point de douleur principal et je prépare l'essai sans compte. {julie}, pour information.",
                    "I keep this card as the main pain point and prepare the trial without an account. {julie}, for your information.",
                ),
            ),
        ),
    ),
    (
        "step",
        "comparison",
        False,
        (
            (
                "julie",
                (
                    "La consommation électrique revient dans tous nos entretiens. Faut-il en faire un moment à part ?",
                    "Power consumption comes up in all our interviews. Should it be a step of its own?",
                ),
            ),
            (
                "nadia",
                (
                    "Plutôt une pensée de Claire ici : ajoutons le verbatim, {julie}.",
                    "Rather a thought of Claire's here: let us add the verbatim, {julie}.",
                ),
            ),
        ),
    ),
    (
        "pain",
        "call-centre",
        False,
        (
            (
                "thomas",
                (
                    "Le rappel programmé est prêt à être testé dès lundi. {me}, peux-tu confirmer l'objectif ?",
                    "The booked call-back can be tried from Monday on. {me}, can you confirm the target?",
                ),
            ),
        ),
    ),
    (
        "map",
        "",
        False,
        (
            (
                "nadia",
                (
                    "Relecture de la carte avant la revue : il manque encore des preuves aux moments 1 et 2.",
                    "Reading the map before its review: steps 1 and 2 still lack evidence.",
                ),
            ),
        ),
    ),
    (
        "card",
        "comparison",
        True,
        (
            (
                "julie",
                (
                    "Le comparateur n'affiche plus les frais de livraison.",
                    "The comparison no longer shows the cost of delivery.",
                ),
            ),
            (ME, ("Corrigé hier, merci Julie.", "Mended yesterday, thank you Julie.")),
        ),
    ),
)


def is_discussed(workspace: Workspace) -> bool:
    return Comment.objects.filter(workspace=workspace).exists()


def colleagues_join(workspace: Workspace, place: int) -> dict[str, User]:
    """Return the fictional members of the workspace, made when they are not there yet."""
    people = {}
    for key, names, role in COLLEAGUES:
        user, made = User.objects.get_or_create(
            email=f"{key}@{workspace.slug}.invalid",
            defaults={"name": names[place], "language": ("fr", "en")[place]},
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": role})
        people[key] = user
    return people


def comments_seed(workspace: Workspace, user: User, place: int) -> None:
    """Have the team talk on the map of the first journey."""
    people = {**colleagues_join(workspace, place), ME: user}
    names = {key: f"@{person}" for key, person in people.items()}
    journey = Journey.objects.filter(workspace=workspace, name=content.BUYING.name[place], deleted_at=None).first()
    if journey is None:
        return
    journey_follow(journey=journey, user=user, follow=True)
    for kind, code, settled, lines in THREADS:
        root = None
        for key, texts in lines:
            comment = comment_add(
                journey=journey,
                author=people[key],
                text=(typeset_french(texts[0]) if place == 0 else texts[1]).format(**names),
                place=_place(journey, kind, code),
                root=root,
            )
            root = root or comment
        if settled and root is not None:
            thread_resolve(thread=root, actor=user)


def _place(journey: Journey, kind: str, code: str) -> Place:
    """Return where a thread stands; the map as a whole when somebody took the place away meanwhile."""
    cards = Card.objects.filter(journey=journey, deleted_at=None, touchpoint__code=code, step__deleted_at=None)
    card = cards.filter(lane__deleted_at=None, step__stage__deleted_at=None).order_by("serial").first()
    pain = Pain.objects.filter(journey=journey, deleted_at=None, touchpoint__code=code).order_by("created_at").first()
    if kind == "card" and card is not None:
        return Place("card", card.pk)
    if kind == "step" and card is not None:
        return Place("step", card.step_id)
    if kind == "pain" and pain is not None:
        return Place("pain", pain.pk)
    return Place()
