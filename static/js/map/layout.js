// How the map is laid out on this screen: zoom, pinned lanes, grips on column borders.

import { keep } from "./fold.js";
import { send } from "./net.js";

const board = () => document.querySelector("[data-board]");
const table = () => board().querySelector("table.map");
const ZOOMS = [50, 60, 70, 80, 90, 100, 110, 125, 150];
const within = (percent) => Math.max(ZOOMS[0], Math.min(ZOOMS.at(-1), percent));
const asked = Number(new URLSearchParams(window.location.search).get("zoom"));
let zoom = asked ? within(asked) : Number(window.localStorage.getItem("cxmap.zoom")) || 100;

export const scale = () => zoom / 100;

export function setZoom(percent) {
  zoom = within(percent);
  window.localStorage.setItem("cxmap.zoom", String(zoom));
  keep("zoom", String(zoom));
  apply();
}

export function zoomBy(steps) {
  const near = ZOOMS.reduce((best, value, index) => (Math.abs(value - zoom) < Math.abs(ZOOMS[best] - zoom) ? index : best), 0);
  setZoom(ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, near + steps))]);
}

/** The zoom at which all columns fit into the window. */
export function zoomToFit() {
  const box = board().querySelector("[data-map-scroll]");
  table().style.zoom = "1";
  const wide = table().scrollWidth;
  setZoom(Math.floor(Math.min(100, (box.parentElement.clientWidth - 4) / wide * 100)));
}

/** Put pinned lanes under the headers, each below the one before; called after every redraw. */
export function apply() {
  const grid = table();
  if (!grid) return;
  grid.style.zoom = String(zoom / 100);
  const shown = document.querySelector("[data-zoom-value]");
  if (shown) shown.textContent = `${zoom} %`;
  // A stage's name may take two lines: the steps stand below it, not over it.
  const stages = grid.tHead.rows[0].offsetHeight;
  for (const cell of grid.tHead.rows[1].cells) cell.style.top = `${stages}px`;
  let top = grid.tHead.offsetHeight;
  for (const row of grid.querySelectorAll("tr.map__lane--pinned")) {
    for (const cell of row.cells) cell.style.top = `${top}px`;
    top += row.offsetHeight;
  }
}

const steps4 = (pixels, least, most) => Math.round(Math.max(least, Math.min(most, pixels)) / 4) * 4;

/** What a grip changes: the elements that carry the size as a class, its limits, the axis, and where it is saved. */
function sizing(grip) {
  const head = grip.closest("th");
  const columns = table().querySelectorAll("colgroup col");
  if (grip.dataset.resize === "labels") {
    return { of: [columns[0]], prefix: "lw", least: 144, most: 320, across: true, save: (pixels) => send(`/journeys/${board().dataset.journey}/layout/`, { label_width: pixels }) };
  }
  if (grip.dataset.resize === "lane") {
    return { of: [...head.parentElement.querySelectorAll("td")], prefix: "h", least: 72, most: 320, across: false, save: (pixels) => send(`/lanes/${head.dataset.id}/look/`, { height: pixels }) };
  }
  return { of: [columns[Number(head.dataset.col)]], prefix: "w", least: 140, most: 480, across: true, save: (pixels) => send(`/steps/${head.dataset.id}/width/`, { width: pixels }) };
}

const sized = (element, prefix) => [...element.classList].find((name) => new RegExp(`^${prefix}-\\d+$`).test(name)) ?? "";

function setSize(element, prefix, name) {
  const now = sized(element, prefix);
  if (now) element.classList.remove(now);
  if (name) element.classList.add(name);
}

/** Drag the border of a column, of the labels or of a lane to change its size; a double click lets it fit again. */
export function startResizing() {
  board().addEventListener("dblclick", (event) => {
    const grip = event.target.closest("[data-resize]");
    if (!grip) return;
    event.stopImmediatePropagation();
    sizing(grip).save("");
  }, { capture: true });
  board().addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-resize]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const head = grip.closest("th");
    const { of, prefix, least, most, across, save } = sizing(grip);
    const before = of.map((element) => sized(element, prefix));
    const box = head.getBoundingClientRect();
    const begun = (across ? box.width : box.height) / scale();
    const from = across ? event.clientX : event.clientY;
    let size = null;
    const draggable = head.draggable;
    head.draggable = false;
    grip.classList.add("is-active");
    grip.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const by = ((across ? moved.clientX : moved.clientY) - from) / scale();
      if (size === null && Math.abs(by) < 3) return;
      size = steps4(begun + by, least, most);
      for (const element of of) setSize(element, prefix, `${prefix}-${size}`);
    };
    const stop = () => {
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", end);
      grip.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", escape, true);
      grip.classList.remove("is-active");
      head.draggable = draggable;
    };
    const end = () => { stop(); if (size !== null) save(size); };
    const cancel = () => { stop(); of.forEach((element, index) => setSize(element, prefix, before[index])); };
    const escape = (pressed) => { if (pressed.key === "Escape") { pressed.preventDefault(); pressed.stopPropagation(); cancel(); } };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end);
    grip.addEventListener("pointercancel", cancel);
    document.addEventListener("keydown", escape, true);
  });
}

/** The scenario above the map stays folded for whoever folded it. */
function rememberStrip() {
  const strip = document.querySelector("[data-strip]");
  if (!strip) return;
  if (window.localStorage.getItem("cxmap.strip") === "folded") strip.open = false;
  strip.addEventListener("toggle", () => window.localStorage.setItem("cxmap.strip", strip.open ? "open" : "folded"));
}

export function start() {
  rememberStrip();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    if (button.dataset.zoom === "fit") zoomToFit();
    else zoomBy(Number(button.dataset.zoom));
  });
  // A view that is kept has the layout of this moment, which the server does not know.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-view-save]")) return;
    const field = event.target.elements.query;
    const query = new URLSearchParams(field.value);
    const here = new URLSearchParams(window.location.search);
    for (const name of ["hidden", "fold"]) if (here.get(name)) query.set(name, here.get(name)); else query.delete(name);
    query.set("zoom", String(zoom));
    field.value = query;
  });
  window.addEventListener("resize", apply);
  apply();
}
