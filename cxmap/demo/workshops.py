"""A finished workshop about the repair journey of the fictional retailer, led through the services. All of it is invented."""

import datetime as dt
import uuid

from django.utils import timezone

from cxmap.demo import content
from cxmap.demo.content import Pair
from cxmap.lib.text import typeset_french
from cxmap.workspaces.models import User, Workspace
from journeys.models import Evidence, Journey
from journeys.services.cards import shown_steps
from workshops.agendas import DECIDE, Agenda, Kind, Plan
from workshops.items import items_of
from workshops.models import Activity, Decision, Note, NoteGroup, Participant, Target, Workshop
from workshops.services import agenda, guests
from workshops.services.decisions import decision_add
from workshops.services.groups import notes_group
from workshops.services.results import Line, results_bring
from workshops.services.workshops import workshop_create, workshop_end, workshop_start

DAYS_AGO, BEGINS = 12, dt.time(9, 0)  # a morning; shorter ago than names are kept
TITLE: Pair = ("Atelier réparation : ce qui coince", "Repair workshop: where it hurts")
SERVICE: Pair = ("Service client", "Customer service")
SHOPS: Pair = ("Magasins", "Shops")
WORKBENCH: Pair = ("Atelier de réparation", "Repair workbench")
MARKETING: Pair = ("Marketing", "Marketing")
WEB: Pair = ("E-commerce", "E-commerce")
PEOPLE: tuple[tuple[str, Pair], ...] = (
    ("Samira", SERVICE),
    ("Julien", SHOPS),
    ("Béatrice", WORKBENCH),
    ("Théo", MARKETING),
    ("Aïcha", WEB),
    ("Paul", WORKBENCH),
    ("Noémie", SERVICE),
)
PLANS = (
    (Kind.WELCOME, ("Tour de table", "Round of introductions"), 5, ("Qui êtes-vous, et quand avez-vous fait réparer quelque chose ?", "Who are you, and when did you last have something repaired?"), "", 7),
    (Kind.RATING, ("Courbe d’émotion", "Curve of emotions"), 6, ("Que ressent le client à chaque moment ? En silence, chacun selon soi.", "How does the customer feel at each step? Silently, your own view."), "", 6),
    (Kind.WRITING, ("Ce qui coince", "Where it hurts"), 8, ("Qu’est-ce qui agace, ralentit ou fait perdre le client ? Un point de douleur par post-it.", "What annoys, slows down or loses the customer? One pain point for each note."), Target.PAINS, 9),
    (Kind.GROUPING, ("Regrouper", "Group"), 12, ("Quels post-it parlent du même point de douleur ?", "Which notes speak of the same pain point?"), "", 14),
    (Kind.VOTING, ("Voter", "Vote"), 5, ("Lesquels faut-il résoudre en premier ?", "Which ones should we solve first?"), "", 4),
    (Kind.WRITING, ("Idées", "Ideas"), 8, ("Que pourrions-nous faire ? Une idée par post-it.", "What could we do? One idea for each note."), Target.IDEAS, 8),
    (Kind.VOTING, ("Voter sur les idées", "Vote on the ideas"), 4, ("Quelles idées apportent le plus au client ?", "Which ideas bring the customer most?"), "", 5),
)  # fmt: skip
# By person, from the first step to the last.
FELT = (
    (-2, -1, -1, 1, 1, 2, 1),
    (-1, -2, 0, 0, 2, 1, 1),
    (-2, -1, -1, 1, 1, 2, 2),
    (-1, -1, -2, 1, 2, 1, 1),
    (-2, 1, -1, -1, 1, 1, 0),
    (-1, -1, 0, 1, 1, 2, 1),
    (-2, -2, -2, 1, -1, 1, 1),
)
# (person, step, words)
PAINS: tuple[tuple[int, int, Pair], ...] = (
    (0, 2, ("Personne ne dit combien coûtera la réparation", "Nobody says what the repair will cost")),
    (2, 2, ("Le devis arrive après cinq jours", "The estimate comes after five days")),
    (6, 2, ("On rappelle trois fois pour connaître le prix", "People call three times to learn the price")),
    (4, 1, ("La FAQ ne connaît pas les anciens modèles", "The FAQ does not know the older models")),
    (3, 1, ("La vidéo de détartrage est introuvable", "The descaling video cannot be found")),
    (1, 4, ("Au comptoir, il faut tout raconter une seconde fois", "At the desk the whole story has to be told again")),
    (6, 4, ("Le dépôt n’est noté nulle part au téléphone", "Leaving a machine is not seen on the phone")),
    (5, 5, ("Le client ne sait pas quand sa machine est prête", "The customer does not know when the machine is ready")),
    (2, 5, ("Aucun message pendant la réparation", "Not a word while it is being repaired")),
    (1, 3, ("Pas de créneau le samedi", "No slot on Saturdays")),
)  # fmt: skip
GROUPS: tuple[tuple[Pair, tuple[int, ...]], ...] = (
    (("Prix inconnu avant de se déplacer", "Price unknown before travelling"), (0, 1, 2)),
    (("Aide en ligne incomplète", "Incomplete online help"), (3, 4)),
    (("Histoire à répéter à chaque contact", "The story repeated at each contact"), (5, 6)),
    (("Silence pendant la réparation", "Silence during the repair"), (7, 8)),
)
# Dots by person, in the order of the groups, then on the single note.
DOTS = (
    (3, 0, 1, 1, 0),
    (2, 0, 2, 1, 0),
    (3, 0, 0, 2, 0),
    (2, 2, 0, 1, 0),
    (1, 2, 1, 1, 0),
    (2, 0, 1, 1, 1),
    (3, 0, 1, 1, 0),
)
IDEAS: tuple[tuple[int, int, Pair], ...] = (
    (0, 2, ("Afficher une fourchette de prix par modèle", "Show a price range for each model")),
    (5, 5, ("Prévenir par SMS à chaque étape de la réparation", "Send a text message at each stage of the repair")),
    (4, 1, ("Une page d’aide par modèle, même ancien", "One help page for each model, old ones too")),
    (6, 4, ("Un numéro de dossier visible par tous les services", "One case number that every department sees")),
)  # fmt: skip
IDEA_DOTS = ((2, 1, 0, 0), (1, 1, 0, 1), (1, 1, 0, 1), (1, 0, 2, 0), (1, 0, 2, 0), (1, 2, 0, 0), (2, 0, 0, 1))
DECISIONS: tuple[tuple[Pair, Pair, int], ...] = (
    (("Publier les fourchettes de prix des dix modèles les plus réparés", "Publish price ranges of the ten models repaired most"), WORKBENCH, 30),
    (("Essayer le SMS « machine prête » dans deux magasins", "Try the “machine ready” text message in two shops"), SHOPS, 45),
)  # fmt: skip
OPEN: Pair = (
    "Qui tient à jour les pages d’aide des anciens modèles ?",
    "Who keeps the help pages of older models up to date?",
)


def _said(text: Pair, place: int) -> str:
    """Return a text in the language of a demonstration, French with its no-break spaces."""
    return typeset_french(text[0]) if place == 0 else text[1]


def is_held(workspace: Workspace) -> bool:
    return Workshop.objects.filter(workspace=workspace).exists()


def workshop_seed(workspace: Workspace, user: User, place: int) -> None:
    """Hold the workshop: join, rate, write, group, vote, decide; bring the most voted to the map."""
    journey = Journey.objects.filter(workspace=workspace, name=content.REPAIR.name[place], deleted_at=None).first()
    if journey is None or len(shown_steps(journey)) < len(FELT[0]):
        return
    plans = [
        Plan(kind, _said(title, place), minutes, _said(question, place), target)
        for kind, title, minutes, question, target, _took in PLANS
    ]
    workshop = workshop_create(
        journey=journey, actor=user, title=_said(TITLE, place), agenda=Agenda("demo", "", "", [*plans, DECIDE])
    )
    workshop_start(workshop=workshop, actor=user)
    _Room(workshop, user, place).hold()
    workshop_end(workshop=workshop, actor=user)
    _bring(workshop, user)
    _as_if_then(workshop)


class _Room:
    """The people of the workshop and what they do, item by item."""

    def __init__(self, workshop: Workshop, user: User, place: int) -> None:
        self.workshop = workshop
        self.user = user
        self.place = place
        self.steps = shown_steps(workshop.journey)
        self.people: list[Participant] = []

    def _go(self) -> Activity:
        """Move on, and return the item that runs now."""
        agenda.activity_step(workshop=self.workshop, by=1)
        return Activity.objects.select_related("workshop").get(
            pk=Workshop.objects.values_list("current", flat=True).get(pk=self.workshop.pk)
        )

    def _write(self, activity: Activity, notes: tuple[tuple[int, int, Pair], ...]) -> list[Note]:
        return [
            guests.note_write(
                participant=self.people[person],
                activity=activity,
                pk=uuid.uuid4(),
                text=_said(text, self.place),
                step=self.steps[step],
            )
            for person, step, text in notes
        ]

    def _vote(self, activity: Activity, things: list[Note | NoteGroup], dots: tuple[tuple[int, ...], ...]) -> None:
        for person, placed in zip(self.people, dots, strict=True):
            for thing, count in zip(things, placed, strict=True):
                note = thing if isinstance(thing, Note) else None
                group = thing if isinstance(thing, NoteGroup) else None
                guests.votes_set(participant=person, activity=activity, dots=count, note=note, group=group)

    def hold(self) -> None:
        for name, department in PEOPLE:
            person, _secret = guests.participant_join(
                workshop=self.workshop, name=name, department=department[self.place]
            )
            self.people.append(person)
        rating = self._go()
        for person, levels in zip(self.people, FELT, strict=True):
            for step, level in zip(self.steps, levels, strict=False):
                guests.rating_set(participant=person, activity=rating, step=step, level=level)
        writing = self._go()
        notes = self._write(writing, PAINS)
        self._go()
        things: list[Note | NoteGroup] = []
        for title, members in GROUPS:
            group = notes_group(
                activity=writing, notes=[notes[number].pk for number in members], title=_said(title, self.place)
            )
            if group is not None:
                things.append(group)
        self._vote(self._go(), [*things, notes[-1]], DOTS)
        ideas = self._write(self._go(), IDEAS)
        self._vote(self._go(), list(ideas), IDEA_DOTS)
        self._go()
        today = timezone.localdate(timezone=self.workshop.workspace.zone)
        for text, owner, days in DECISIONS:
            decision_add(
                workshop=self.workshop,
                actor=self.user,
                text=_said(text, self.place),
                owner=owner[self.place],
                due_on=today + dt.timedelta(days=days),
            )
        decision_add(workshop=self.workshop, actor=self.user, kind=Decision.Kind.OPEN, text=_said(OPEN, self.place))


def _bring(workshop: Workshop, user: User) -> None:
    """Bring the two most voted of each round to the map, and what customers say of the third as their thought."""
    activities = list(workshop.activities.order_by("rank", "id"))
    rounds = [one for one in activities if one.kind == Kind.WRITING]
    found = items_of(rounds, activities, by_votes=True)
    steps = {step.pk: step for step in shown_steps(workshop.journey)}
    lines = [
        Line(item, Target(one.target), steps.get(item.step_id) if item.step_id else None)
        for one in rounds
        for item in found.of(one)[:2]
    ]
    third = found.of(rounds[0])[2]
    lines.append(Line(third, Target.THOUGHTS, steps[third.notes[0].step_id] if third.notes[0].step_id else None))
    results_bring(workshop=workshop, actor=user, lines=lines)


def _as_if_then(workshop: Workshop) -> None:
    """Put the workshop where it belongs in time: it was held in a few seconds, just now."""
    zone = workshop.workspace.zone
    day = timezone.localdate(timezone=zone) - dt.timedelta(days=DAYS_AGO)
    clock = begins = dt.datetime.combine(day, BEGINS, zone)
    took = [minutes for *_plan, minutes in PLANS] + [12]
    for activity, minutes in zip(workshop.activities.order_by("rank", "id"), took, strict=True):
        ends = clock + dt.timedelta(minutes=minutes)
        Activity.objects.filter(pk=activity.pk).update(
            started_at=clock,
            ended_at=ends,
            ends_at=clock + dt.timedelta(minutes=activity.minutes),
            revealed_at=ends if activity.has_secret else None,
        )
        clock = ends
    Workshop.objects.filter(pk=workshop.pk).update(
        created_at=begins - dt.timedelta(days=3), started_at=begins, ended_at=clock
    )
    Evidence.objects.filter(pk__in=Workshop.objects.values("evidence").filter(pk=workshop.pk)).update(happened_on=day)
