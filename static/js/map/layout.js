// How the map is laid out on this screen: zoom, pinned lanes, grips on column borders.

import { send } from "./net.js";

const board = () => document.querySelector("[data-board]");
const table = () => board().querySelector("table.map");
const ZOOMS = [50, 60, 70, 80, 90, 100, 110, 125, 150];
let zoom = Number(window.localStorage.getItem("cxmap.zoom")) || 100;

export const scale = () => zoom / 100;

export function setZoom(percent) {
  zoom = Math.max(ZOOMS[0], Math.min(ZOOMS.at(-1), percent));
  window.localStorage.setItem("cxmap.zoom", String(zoom));
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
  let top = grid.tHead.offsetHeight;
  for (const row of grid.querySelectorAll("tr.map__lane--pinned")) {
    for (const cell of row.cells) cell.style.top = `${top}px`;
    top += row.offsetHeight;
  }
}

const steps4 = (pixels, least, most) => Math.round(Math.max(least, Math.min(most, pixels)) / 4) * 4;

/** Drag the border of a step's header, or of the labels, to change its width. */
export function startResizing() {
  board().addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-resize]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const head = grip.closest("th");
    const labels = grip.dataset.resize === "labels";
    const index = labels ? 0 : Number(head.dataset.col);
    const col = table().querySelectorAll("colgroup col")[index];
    const begun = head.getBoundingClientRect().width / scale();
    const from = event.clientX;
    let width = begun;
    head.draggable = false;
    grip.classList.add("is-active");
    grip.setPointerCapture(event.pointerId);
    const move = (moved) => {
      width = labels ? steps4(begun + (moved.clientX - from) / scale(), 144, 320) : steps4(begun + (moved.clientX - from) / scale(), 140, 480);
      col.style.width = `${width}px`;
    };
    const end = () => {
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", end);
      grip.removeEventListener("pointercancel", end);
      grip.classList.remove("is-active");
      head.draggable = true;
      if (Math.abs(width - begun) < 2) return;
      if (labels) send(`/journeys/${board().dataset.journey}/layout/`, { label_width: width });
      else send(`/steps/${head.dataset.id}/width/`, { width });
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end);
    grip.addEventListener("pointercancel", end);
  });
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    if (button.dataset.zoom === "fit") zoomToFit();
    else zoomBy(Number(button.dataset.zoom));
  });
  window.addEventListener("resize", apply);
  apply();
}
