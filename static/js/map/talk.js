// Comments on the board: the signs of open threads, and the panel that opens for a cell, a card or a header.

import { current } from "./grid.js";
import { closePopover, openDrawer } from "./popups.js";

const board = () => document.querySelector("[data-board]");
const address = () => `/journeys/${board().dataset.journey}/comments/`;

/** Open the threads of a place ("step:<id>"); of the whole map without one. */
export async function open(on = "", from = document.activeElement) {
  await openDrawer(on ? `${address()}?on=${on}` : address(), from);
  document.querySelector("[data-drawer-panel] textarea")?.focus(); // whoever asks for comments by a key wants to write
}

/** Open the threads of what is focused: a header, the card that keys act on, or the cell. */
export function openAt(cell, card = null) {
  const { kind, id, lane, step } = cell.dataset;
  if (kind) open(`${kind}:${id}`, cell);
  else if (card) open(`card:${card.dataset.card}`, cell);
  else if (lane && step) open(`cell:${lane}:${step}`, cell);
  else open("", cell);
}

function sign(on, number) {
  const { one, many } = document.querySelector("[data-talk-all]").dataset;
  const label = number === 1 ? one : many.replace("{count}", number);
  const link = document.createElement("a");
  link.className = "talk";
  link.href = `${address()}?on=${on}`;
  link.dataset.talk = "";
  link.tabIndex = -1;
  link.draggable = false;
  link.title = label;
  link.setAttribute("aria-label", label);
  const icon = document.querySelector("[data-talk-all] .icon").cloneNode(true);
  link.append(icon, String(number));
  return link;
}

function placeOf(on) {
  const [kind, id, step] = on.split(":");
  if (kind === "cell") return board().querySelector(`td[data-lane="${id}"][data-step="${step}"]`);
  if (kind === "card") return board().querySelector(`[data-card="${id}"]`);
  return board().querySelector(`th[data-kind="${kind}"][data-id="${id}"] .map__name, [data-talk-on="${kind}:${id}"]`);
}

/** Draw all signs anew: by place, the number of open threads. */
export function draw({ total, on }) {
  for (const old of board().querySelectorAll(".talk")) old.remove();
  for (const [place, count] of Object.entries(on)) {
    const element = placeOf(place);
    if (!element) continue;
    if (element.matches(".map__name, [data-talk-on]")) element.after(sign(place, count));
    else element.append(sign(place, count));
  }
  for (const shown of document.querySelectorAll("[data-talk-total]")) {
    shown.textContent = total;
    shown.hidden = !total;
  }
}

export function start() {
  document.addEventListener("cxmap:comments", (event) => draw(event.detail));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-talk], a[data-talk-all]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (link && plain) {
      event.preventDefault();
      event.stopPropagation();
      // From a menu or a dialog, which go: back to the cell that they were opened from.
      const passing = link.closest("dialog, .popover");
      link.closest("dialog")?.close();
      closePopover({ back: true });
      openDrawer(link.href, passing ? current() : link);
      return;
    }
    // What a thread is on, on this very map: go there, and leave the panel open.
    const go = event.target.closest("[data-drawer-panel] a[data-go]");
    if (!go || !plain || new URL(go.href).pathname !== window.location.pathname) return;
    event.preventDefault();
    if (window.location.hash === new URL(go.href).hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
    else window.location.hash = new URL(go.href).hash;
  }, { capture: true });
  // An address that came by mail: the map stands open with its thread.
  const [, id] = /^#comment-([0-9a-f-]{36})$/.exec(window.location.hash) ?? [];
  const said = id && document.getElementById(`comment-${id}`);
  if (said) { said.scrollIntoView({ block: "center" }); said.focus(); }
}
