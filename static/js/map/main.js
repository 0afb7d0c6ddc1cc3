// The map: puts the parts together and reads the keys.

import { newCard, editCard, rename } from "./edit.js";
import * as curve from "./curve.js";
import * as drag from "./drag.js";
import * as grid from "./grid.js";
import * as popups from "./popups.js";
import { onRedraw, send } from "./net.js";

const board = document.querySelector("[data-board]");
const editable = board.hasAttribute("data-editable");

grid.start();
popups.start();
onRedraw((focus) => grid.restore(focus));

const cardOf = (cell) => cell.querySelector("[data-card]:focus-within") ?? chosen(cell);
let chosenId = null; // the card that the keys act on when a cell holds several
function chosen(cell) {
  const cards = [...cell.querySelectorAll("[data-card]")];
  return cards.find((card) => card.dataset.card === chosenId) ?? cards[0] ?? null;
}

function open(cell, first = null) {
  if (cell.dataset.rename) { rename(cell, first); return; }
  if (cell.dataset.curve) { if (first === null) curve.pickLevel(cell); return; }
  if (cell.hasAttribute("data-typed")) {
    const card = first === null ? chosen(cell) : null;
    if (card) editCard(card); else newCard(cell, first);
    return;
  }
  const link = cell.querySelector("a[data-drawer]");
  if (link && first === null) popups.openDrawer(link.href, link);
  else if (cell.dataset.add && first === null) popups.openDialog(cell.dataset.add);
}

board.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!cell || event.target.closest("a, button, textarea, input, select")) return;
  const card = event.target.closest("[data-card]");
  chosenId = card?.dataset.card ?? null;
  if (document.activeElement !== cell && !cell.contains(document.activeElement)) grid.focusCell(cell, { scroll: false });
  if (!editable || cell.dataset.dragged) return;
  if (cell.dataset.curve) curve.pickLevel(cell);
  else if (cell.hasAttribute("data-typed") && card) editCard(card);
  else if (cell.hasAttribute("data-typed") && event.target.closest(".cell__ask, td")) newCard(cell);
});

board.addEventListener("dblclick", (event) => {
  const header = event.target.closest("th[data-rename]");
  if (editable && header && !event.target.closest("a, input")) rename(header);
});

// Tab while writing goes on to the next cell, as in a spreadsheet.
board.addEventListener("map:next", (event) => {
  const cell = event.target.closest("[data-cell]");
  window.setTimeout(() => grid.focusCell(grid.cellAt(Number(cell.dataset.row), Number(cell.dataset.col) + (event.detail ? -1 : 1))), 0);
});

function moveWithAlt(cell, key) {
  const by = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const { kind, id } = cell.dataset;
  if (kind === "step" && sideways) send(`/steps/${id}/move/`, { by });
  else if (kind === "stage" && sideways) {
    const index = Number(cell.dataset.index) + by;
    if (index >= 0) send(`/stages/${id}/move/`, { index });
  } else if (kind === "lane" && !sideways) {
    const index = Number(cell.dataset.index) + by;
    if (index >= 0) send(`/lanes/${id}/move/`, { index });
  } else if (!kind) {
    const card = cardOf(cell);
    if (!card) return;
    chosenId = card.dataset.card;
    const row = Number(cell.dataset.row);
    const col = Number(cell.dataset.col);
    const cards = [...cell.querySelectorAll("[data-card]")];
    const place = cards.indexOf(card);
    if (!sideways && cards[place + by]) {
      send(`/cards/${card.dataset.card}/move/`, { lane: cell.dataset.lane, step: cell.dataset.step, index: place + by });
      return;
    }
    let next = sideways ? grid.cellAt(row, col + by) : grid.cellAt(row + by, col);
    const takes = (other) => card.classList.contains("tp") ? other.closest("tr").classList.contains("map__lane--touchpoints") : other.hasAttribute("data-typed");
    while (next && !sideways && next.tagName === "TD" && !takes(next)) next = grid.cellAt(Number(next.dataset.row) + by, col);
    if (next?.dataset.step && takes(next)) send(`/cards/${card.dataset.card}/move/`, { lane: next.dataset.lane, step: next.dataset.step });
  }
}

function remove(cell) {
  const { kind, id } = cell.dataset;
  if (kind) { send(`/${kind}s/${id}/delete/`, {}); return; }
  if (cell.dataset.curve) { curve.setLevel(cell, null); return; }
  const card = cardOf(cell);
  if (card) send(`/cards/${card.dataset.card}/delete/`, {});
}

function duplicate(cell) {
  const { kind, id } = cell.dataset;
  if (kind) { send(`/${kind}s/${id}/duplicate/`, {}); return; }
  const card = cardOf(cell);
  if (card) send(`/cards/${card.dataset.card}/duplicate/`, {});
}

async function addStep(cell, before) {
  if (cell.dataset.kind === "lane") {
    popups.openDialog(`/journeys/${board.dataset.journey}/lanes/add/?index=${Number(cell.dataset.index) + (before ? 0 : 1)}`);
    return;
  }
  const col = Number(cell.dataset.col);
  const head = grid.cellAt(1, Math.max(col, 1));
  const stage = grid.cellAt(0, Math.max(col, 1));
  if (cell.dataset.kind === "stage") {
    await send(`/journeys/${board.dataset.journey}/stages/add/`, { index: Number(stage.dataset.index) + (before ? 0 : 1) });
    return;
  }
  const index = Number(head.dataset.col) - Number(stage.dataset.col) + (before ? 0 : 1);
  await send(`/stages/${stage.dataset.id}/steps/add/`, { index });
}

function details(cell) {
  const link = cell.querySelector("a[data-drawer]");
  const menu = cell.querySelector("[data-menu-link]");
  const card = cardOf(cell);
  if (menu) popups.openMenu(menu);
  else if (link) popups.openDrawer(link.href, link);
  else if (card && editable) popups.openDialog(`/cards/${card.dataset.card}/`);
}

board.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!cell || event.target.matches("textarea, input, select")) return;
  const ctrl = event.ctrlKey || event.metaKey;
  const onCell = event.target === cell;
  if (editable && event.altKey && event.key.startsWith("Arrow")) { event.preventDefault(); moveWithAlt(cell, event.key); return; }
  if (!event.altKey && grid.moveBy(event)) { event.preventDefault(); return; }
  if (ctrl && event.key === "Enter") { event.preventDefault(); details(cell); return; }
  if (event.key === "Enter" && !onCell) return;
  if ((event.key === "Enter" || event.key === "F2") && !ctrl) {
    event.preventDefault();
    if (editable) open(cell); else details(cell);
    return;
  }
  if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) { event.preventDefault(); details(cell); return; }
  if (event.key === "?" && editable) { event.preventDefault(); document.querySelector("[data-keys]").showModal(); return; }
  if (!editable) return;
  if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(cell); return; }
  if (ctrl && event.key.toLowerCase() === "d") { event.preventDefault(); duplicate(cell); return; }
  if (ctrl || event.altKey || event.key.length !== 1) return;
  if (cell.dataset.curve) {
    if ("12345".includes(event.key)) { event.preventDefault(); curve.setLevel(cell, Number(event.key) - 3); }
    if (event.key === "0") { event.preventDefault(); curve.setLevel(cell, null); }
    return;
  }
  if (cell.hasAttribute("data-typed")) { event.preventDefault(); open(cell, event.key); return; }
  if (event.key.toLowerCase() === "n") { event.preventDefault(); addStep(cell, event.shiftKey); }
});

document.addEventListener("keydown", (event) => {
  if (!editable || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.matches("textarea, input:not([type=checkbox], [type=radio]), select") || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const redo = key === "y" || (key === "z" && event.shiftKey);
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  const button = document.querySelector(redo ? "[data-redo]" : "[data-undo]");
  if (button && !button.disabled) button.form.requestSubmit();
});

board.addEventListener("copy", (event) => {
  const cell = grid.current();
  if (!cell || !window.getSelection().isCollapsed) return;
  const text = [...cell.querySelectorAll("[data-text], .tp__name")].map((part) => part.textContent.trim()).join("\n");
  if (!text) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", text);
});

board.addEventListener("paste", (event) => {
  const cell = grid.current();
  if (!editable || !cell?.hasAttribute("data-typed")) return;
  const text = event.clipboardData.getData("text/plain");
  if (!text.trim()) return;
  event.preventDefault();
  const trimmed = text.replace(/\r?\n$/, "");
  if (/[\t\n]/.test(trimmed)) send(`/lanes/${cell.dataset.lane}/paste/`, { step: cell.dataset.step, text: trimmed });
  else send(`/lanes/${cell.dataset.lane}/cards/add/`, { step: cell.dataset.step, text: trimmed });
});

document.querySelector("[data-keys]")?.querySelector("[data-close]").addEventListener("click", (event) => event.target.closest("dialog").close());
document.querySelector("[data-period] select")?.addEventListener("change", (event) => event.target.form.requestSubmit());

if (editable) {
  drag.start(board);
  curve.startDragging(board);
}
