// The believed curve: a picker of five levels, keys 1 to 5, and dragging the point up and down.

import { focusCell } from "./grid.js";
import { openPopover, closePopover } from "./popups.js";
import { send } from "./net.js";

const board = () => document.querySelector("[data-board]");
const MIDDLE = 78; // pixels, as journeys/curve.py draws it
const LEVEL = 32;

/** The line that is drawn on: the common belief, what is aimed at, or the belief of one persona. */
export function line() {
  const [layer, persona] = (document.querySelector("[data-curve-line]")?.value ?? "believed:").split(":");
  return { layer, persona: persona ?? "" };
}

export function setLevel(cell, level, on = line()) {
  closePopover();
  return send(cell.dataset.curve, { level: level ?? "", layer: on.layer, persona: on.persona });
}

/** The next step that has no level yet: a new curve is drawn in one go. */
function nextWithout(cell) {
  const cells = [...board().querySelectorAll("td[data-curve]")];
  const next = cells[cells.findIndex((other) => other.dataset.curve === cell.dataset.curve) + 1];
  return next?.querySelector(".curve__missing") ? next : null;
}

/** Set the level of a cell and go on to the next step, when that one has none. */
function pick(cell, level) {
  const on = line();
  const next = on.layer === "believed" && !on.persona && level !== null ? nextWithout(cell) : null;
  setLevel(cell, level, on);
  if (next) { focusCell(next); pickLevel(next); }
}

/** Show the five named levels beside the cell; a click or the keys 1 to 5 choose. */
export function pickLevel(cell) {
  const data = document.querySelector("[data-texts]").dataset;
  const box = document.createElement("div");
  const title = document.createElement("div");
  title.className = "menu__title";
  const select = document.querySelector("[data-curve-line]");
  const heading = select && select.selectedIndex > 0 ? `${data.levelTitle} (${select.selectedOptions[0].textContent})` : data.levelTitle;
  const head = board().querySelector(`th[data-kind="step"][data-col="${cell.dataset.col}"]`);
  const name = document.createElement("strong");
  name.className = "menu__step";
  name.textContent = head ? `${head.querySelector(".map__number")?.textContent ?? ""} ${head.querySelector("[data-text]").textContent}` : "";
  title.append(name, heading);
  const list = document.createElement("div");
  list.className = "menu__list-inline";
  (board().dataset.levels?.split("␟") ?? data.levels.split("|")).map((name, index) => [name, index - 2]).reverse().forEach(([name, level]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${level > 0 ? "+" : level < 0 ? "−" : ""}${Math.abs(level)} · ${name}`;
    button.addEventListener("click", () => pick(cell, level));
    list.append(button);
  });
  const none = document.createElement("button");
  none.type = "button";
  none.textContent = data.noLevel;
  none.addEventListener("click", () => setLevel(cell, null));
  list.append(none);
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-5]$/.test(event.key)) return;
    event.preventDefault();
    pick(cell, event.key === "0" ? null : Number(event.key) - 3);
  });
  box.append(title, list);
  openPopover(cell, box);
}

/** Drag a point: it follows in half levels and is saved when let go. */
export function startDragging(board) {
  board.addEventListener("pointerdown", (event) => {
    const point = event.target.closest("[data-believed], [data-ring]");
    const cell = event.target.closest("[data-curve]");
    if (!point || !cell || event.button !== 0) return;
    event.preventDefault();
    const svg = point.ownerSVGElement;
    const own = point.dataset.ring ? { layer: point.dataset.ring, persona: point.dataset.persona ?? "" } : { layer: "believed", persona: "" };
    const levelAt = (clientY) => {
      const box = svg.getBoundingClientRect();
      const y = (clientY - box.top) * (2 * MIDDLE / box.height); // the map may be zoomed
      return Math.max(-2, Math.min(2, Math.round(((MIDDLE - y) / LEVEL) * 2) / 2));
    };
    const begun = levelAt(event.clientY);
    let level = begun;
    point.setPointerCapture(event.pointerId);
    const move = (moved) => {
      level = levelAt(moved.clientY);
      point.setAttribute("transform", `translate(0 ${(begun - level) * LEVEL})`);
    };
    const end = () => {
      point.removeEventListener("pointermove", move);
      point.removeEventListener("pointerup", end);
      point.removeEventListener("pointercancel", end);
      if (level === begun) { point.removeAttribute("transform"); return; }
      cell.dataset.dragged = "1";
      window.setTimeout(() => delete cell.dataset.dragged, 0);
      setLevel(cell, level, own);
    };
    point.addEventListener("pointermove", move);
    point.addEventListener("pointerup", end);
    point.addEventListener("pointercancel", end);
  });
}
