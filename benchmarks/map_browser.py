"""The largest map in a real browser: first paint, an edit seen, frames while scrolling in both directions."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import Result, benchmark
from benchmarks._browser import browser, signed_in
from benchmarks.maps import _fill, _owner_and_workspace

STEPS, LANES, CARDS, STAGES = 60, 25, 1500, 12
WHEELS = 60  # turns of the wheel in each direction, of 100 pixels

# Largest pause between frames and frames per second, counted by requestAnimationFrame until stop() is called.
COUNT_FRAMES = """() => {
  const times = [];
  let on = true;
  const frame = (now) => { times.push(now); if (on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.stopFrames = () => {
    on = false;
    const gaps = times.slice(1).map((time, index) => time - times[index]);
    return { seconds: (times.at(-1) - times[0]) / 1000, frames: gaps.length, longest: Math.max(...gaps) };
  };
}"""

# From the key that ends the writing to the frame in which the new text stands.
WATCH_EDIT = """() => {
  window.editSeen = new Promise((resolve) => {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const begun = performance.now();
      const look = () => {
        const shown = [...document.querySelectorAll("[data-card] [data-text]")].some((text) => text.textContent === "Seen at once");
        if (shown) requestAnimationFrame(() => resolve(performance.now() - begun)); else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""


def _journey() -> tuple[Any, Any]:
    from journeys.models import Stage, Step
    from journeys.services.journeys import journey_create

    user, workspace = _owner_and_workspace()
    journey = journey_create(workspace=workspace, actor=user, name="Bench", no_persona_yet=True)
    more = STAGES - Stage.objects.filter(journey=journey).count()
    Stage.objects.bulk_create(
        Stage(workspace=workspace, journey=journey, name=f"Stage {n}", rank=90000.0 + n) for n in range(more)
    )
    _fill(journey, user, steps=STEPS, lanes=LANES, cards=CARDS)
    assert Step.objects.filter(journey=journey).count() == STEPS
    return user, journey


def _first_paint(page: Any, url: str) -> dict[str, float]:
    page.goto(url)
    page.locator("table.map").wait_for()
    found: dict[str, float] = page.evaluate(
        """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
          const navigation = performance.getEntriesByType("navigation")[0];
          const paint = performance.getEntriesByName("first-contentful-paint")[0];
          resolve({ paint: paint.startTime, answer: navigation.responseEnd, interactive: navigation.domContentLoadedEventEnd });
        })))"""
    )
    return found


def _scroll(page: Any, dx: int, dy: int) -> dict[str, float]:
    """Turn the wheel there and back over the map, and count the frames drawn meanwhile."""
    box = page.locator("[data-map-scroll]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate(COUNT_FRAMES)
    for turn in range(WHEELS):
        way = 1 if turn < WHEELS // 2 else -1
        page.mouse.wheel(dx * way, dy * way)
        time.sleep(0.016)
    found: dict[str, float] = page.evaluate("() => window.stopFrames()")
    return found


@benchmark
def map_browser() -> Iterator[Result]:
    """12 stages × 60 steps × 25 lanes × 1,500 cards in Chromium."""
    user, journey = _journey()
    size = {"steps": STEPS, "lanes": LANES, "cards": CARDS, "stages": STAGES}
    with browser() as (chromium, address):
        page = signed_in(chromium, address, user, viewport={"width": 1366, "height": 768})
        _first_paint(page, journey.get_absolute_url())  # warms the server up
        paints = [_first_paint(page, journey.get_absolute_url()) for _round in range(5)]
        middle = sorted(paints, key=lambda found: found["paint"])[len(paints) // 2]
        yield Result(
            middle["paint"],
            "ms",
            {"bar": 2000, **size, "answer_ms": round(middle["answer"]), "interactive_ms": round(middle["interactive"])},
            name="map_browser_first_paint",
        )
        times = []
        for _round in range(5):
            card = page.locator("tr.map__lane--actions [data-card]").nth(2)
            card.click()
            page.locator(".cell__edit").fill("Seen at once")
            page.evaluate(WATCH_EDIT)
            with page.expect_response(lambda response: "/edit/" in response.url):
                page.keyboard.press("Enter")
            times.append(page.evaluate("() => window.editSeen"))
            card.click()
            page.locator(".cell__edit").fill("Something else")
            with page.expect_response(lambda response: "/edit/" in response.url):
                page.keyboard.press("Enter")
        yield Result(
            statistics.median(times),
            "ms",
            {"bar": 100, "worst": round(max(times), 1)},
            name="map_browser_edit_seen",
        )
        for name, dx, dy in (("across", 100, 0), ("down", 0, 100)):
            found = _scroll(page, dx, dy)
            yield Result(
                found["frames"] / found["seconds"],
                "frames/s",
                {"bar": 50, "longest_frame_ms": round(found["longest"], 1), "seconds": round(found["seconds"], 2)},
                name=f"map_browser_scroll_{name}",
            )
