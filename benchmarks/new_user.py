"""What it costs a newcomer to build a whole map: actions and seconds, by mouse and by keyboard only.

The newcomer knows what is written and what a screen reader says, nothing of the code: places are found by visible
labels, roles and accessible names. One click, one drag, one text typed and one key chord are one action each.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import Result, benchmark
from benchmarks._browser import browser, signed_in

SCREENS = [(1600, 900), (1366, 768)]
STAGES = ["Besoin", "Évaluation", "Achat", "Réception", "Usage", "Fidélité"]
STEPS = [
    ("Voit une publicité", "En parle à un ami"),
    ("Cherche des avis", "Compare les prix"),
    ("Remplit le panier", "Paie la commande"),
    ("Reçoit le colis", "Branche l’appareil"),
    ("Appelle l’assistance", "Renouvelle l’achat"),
    ("Recommande la marque", "Parraine un proche"),
]
LEVELS = [3, 4, 3, 2, 4, 2, 4, 5, 1, 4, 5, 4]  # keys 1 to 5 of the curve
LEVEL_NAMES = ["très négatif", "négatif", "neutre", "positif", "très positif"]
PERSONAS = ["Julie", "Marc"]
# Column, touchpoint, KPI.
MEASURED = [
    (1, "Bannière en ligne", "Taux de clics"),
    (3, "Page des avis", "Taux de rebond"),
    (6, "Page de paiement", "Taux d'achat"),
    (9, "Centre d’appels", "Satisfaction client"),
    (12, "Programme de parrainage", "NPS"),
]
PAINS = [(4, "Prix difficiles à comparer"), (6, "Frais de port découverts trop tard"), (9, "Attente trop longue")]


class Hands:
    """Somebody at the screen: does one thing at a time, waits for the answer, and counts."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.actions = 0
        self.begun = time.perf_counter()
        self.parts: dict[str, int] = {}
        self.waiting: set[Any] = set()

        def begin(request: Any) -> None:
            self.waiting.add(request)

        def end(request: Any) -> None:
            self.waiting.discard(request)

        page.on("request", begin)
        page.on("requestfinished", end)
        page.on("requestfailed", end)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun

    def settle(self) -> None:
        """Wait until nothing is on its way any more, nor follows at once."""
        quiet = 0
        for _round in range(400):
            self.page.wait_for_timeout(20)
            quiet = 0 if self.waiting else quiet + 1
            if quiet == 3:
                return
        raise TimeoutError(f"Still waiting for {[request.url for request in self.waiting]}")

    def click(self, place: Any, **options: Any) -> None:
        self.actions += 1
        place.click(**options)
        self.settle()

    def write(self, text: str) -> None:
        self.actions += 1
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.actions += 1
            self.page.keyboard.press(key)
            self.settle()

    def part(self, name: str) -> None:
        """Say that a part of the work is done."""
        self.parts[name] = self.actions - sum(self.parts.values())


def lane(page: Any, name: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def cell(page: Any, name: str, column: int) -> Any:
    return lane(page, name).get_by_role("gridcell").nth(column - 1)


def begin_map(hands: Hands, go: Callable[..., None]) -> None:
    """Name the map, its personas, stages and steps on the page that begins it; `go` reaches a place and uses it."""
    page = hands.page
    go(page.get_by_role("navigation").first.get_by_role("link", name="Parcours"))
    go(page.get_by_role("link", name="Nouveau parcours"))
    go(page.get_by_role("link", name="Six étapes"))
    go(page.get_by_label("Nom du parcours"))
    hands.press("Control+a")
    hands.write("Acheter un appareil")
    go(page.get_by_label("Nouveaux personas"))
    hands.write(", ".join(PERSONAS))
    go(page.get_by_label("Vos étapes et moments"))
    hands.write("\n".join(f"{stage} : {', '.join(steps)}" for stage, steps in zip(STAGES, STEPS, strict=True)))
    go(page.get_by_role("button", name="Créer le parcours"))
    hands.part("map, personas, stages, steps")


def by_mouse(hands: Hands) -> None:
    page = hands.page
    begin_map(hands, hands.click)
    for column, touchpoint, _kpi in MEASURED:
        hands.click(cell(page, "Points de contact", column))
        hands.write(touchpoint)
        hands.press("Enter")
    hands.part("touchpoints")
    for column, _touchpoint, kpi in MEASURED:
        hands.click(cell(page, "KPI", column))
        hands.write(kpi)
        hands.press("Enter")
    hands.part("KPIs")
    hands.click(cell(page, "Émotion", 1))
    for level in LEVELS:
        hands.click(page.get_by_role("button", name=f"· {LEVEL_NAMES[level - 1]}"))
    hands.part("curve")
    for column, text in PAINS:
        hands.click(cell(page, "Points de douleur", column))
        hands.write(text)
        hands.press("Enter")
    hands.part("pain points")


def by_keyboard(hands: Hands) -> None:
    page = hands.page

    def reach(place: Any) -> None:
        """Press Tab until the focus is there, then use it; a box to write in only takes the focus.

        On a new page the first Tab offers to skip to the content.
        """
        place.wait_for()
        new = page.evaluate("() => document.activeElement === document.body")
        if new and page.get_by_role("main").locator(place).count():
            hands.press("Tab", "Enter")
        for _press in range(80):
            if place.evaluate("element => element === document.activeElement"):
                break
            hands.press("Tab")
        else:
            raise TimeoutError(f"Tab does not lead to {place}")
        if place.evaluate("element => element.matches('a, button')"):
            hands.press("Enter")

    def move(rows: int, columns: int) -> None:
        hands.press(*["ArrowDown" if rows > 0 else "ArrowUp"] * abs(rows))
        hands.press(*["ArrowRight" if columns > 0 else "ArrowLeft"] * abs(columns))

    begin_map(hands, reach)
    reach(page.get_by_role("link", name="Aller à la carte"))
    move(5, 0)
    at = 0
    for column, touchpoint, _kpi in MEASURED:
        move(0, column - at)
        at = column
        hands.write(touchpoint)
        hands.press("Enter")
    hands.part("touchpoints")
    move(2, 0)
    for column, _touchpoint, kpi in reversed(MEASURED):
        move(0, column - at)
        at = column
        hands.write(kpi)
        hands.press("Enter")
    hands.part("KPIs")
    move(-1, 0)
    hands.press("Enter")
    for level in LEVELS:
        hands.press(str(level))
    hands.part("curve")
    move(2, 0)
    at = 12
    for column, text in reversed(PAINS):
        move(0, column - at)
        at = column
        hands.write(text)
        hands.press("Enter")
    hands.part("pain points")


def check() -> None:
    """The map in the database is the one that was meant."""
    from improvements.models import Pain
    from journeys.models import Card, CurvePoint, Journey, Stage, Step
    from kpis.models import Binding
    from personas.models import Persona

    journey = Journey.objects.get()
    stages = Stage.objects.filter(journey=journey, deleted_at=None).order_by("rank")
    assert [stage.name for stage in stages] == STAGES
    found = [
        tuple(Step.objects.filter(stage=stage, deleted_at=None).order_by("rank").values_list("name", flat=True))
        for stage in stages
    ]
    assert found == STEPS, found
    assert sorted(journey.personas.values_list("name", flat=True)) == PERSONAS
    assert Persona.objects.count() == 2
    points = CurvePoint.objects.filter(step__journey=journey, deleted_at=None).order_by(
        "step__stage__rank", "step__rank"
    )
    assert [int(point.level) + 3 for point in points] == LEVELS
    cards = Card.objects.filter(journey=journey, deleted_at=None).exclude(touchpoint=None)
    bound = Binding.objects.filter(deleted_at=None, touchpoint__in=cards.values("touchpoint"))
    assert bound.count() == 5, bound
    assert {(card.step.name, card.touchpoint.name) for card in cards} == {
        (STEPS[(column - 1) // 2][(column - 1) % 2], touchpoint) for column, touchpoint, _kpi in MEASURED
    }
    pains = Pain.objects.filter(journey=journey, deleted_at=None)
    assert {(pain.step.name, pain.title) for pain in pains} == {
        (STEPS[(column - 1) // 2][(column - 1) % 2], text) for column, text in PAINS
    }


def build(way: Callable[[Hands], None], name: str) -> Iterator[Result]:
    """Let a newcomer build the map on each screen; each has a workspace of their own."""
    from django.core.management import call_command
    from django.utils import translation
    from playwright.sync_api import Error

    from cxmap.workspaces.models import User
    from cxmap.workspaces.services import workspace_create

    with browser() as (chromium, address):
        for width, height in SCREENS:
            call_command("flush", interactive=False, verbosity=0)
            with translation.override("fr"):
                user = User.objects.create_user("newcomer@example.org", name="Nina")
                workspace_create(name="Atelier", owner=user, slug="atelier")
            page = signed_in(chromium, address, user, locale="fr-FR", viewport={"width": width, "height": height})
            page.goto("/")
            hands = Hands(page)
            try:
                way(hands)
            except (Error, AssertionError):  # playwright's own, and expectations
                page.screenshot(path=Path(tempfile.gettempdir()) / f"{name}-{width}.png")  # where it got stuck
                raise
            seconds = hands.seconds
            check()
            context = {"viewport": f"{width}×{height}", "seconds": round(seconds, 1), "parts": hands.parts}
            yield Result(hands.actions, "actions", context)
            page.context.close()


@benchmark
def new_user_mouse() -> Iterator[Result]:
    """6 stages, 12 steps, 2 personas, curve, 5 KPIs, 3 pain points, built with the mouse: actions."""
    return build(by_mouse, "new-user-mouse")


@benchmark
def new_user_keyboard() -> Iterator[Result]:
    """The same without touching the mouse: actions."""
    return build(by_keyboard, "new-user-keyboard")
