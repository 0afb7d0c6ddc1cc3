// The map: puts the parts together and reads the keys.

import { newId } from "../ids.js";
import { newCard, editCard, rename } from "./edit.js";
import * as curve from "./curve.js";
import * as departments from "./departments.js";
import * as drag from "./drag.js";
import * as grid from "./grid.js";
import * as fold from "./fold.js";
import * as find from "./find.js";
import * as layout from "./layout.js";
import * as live from "./live.js";
import * as minimap from "./minimap.js";
import * as net from "./net.js";
import * as palette from "./palette.js";
import * as popups from "./popups.js";
import * as select from "./select.js";
import * as talk from "./talk.js";
import "../comments.js";
import { commands } from "./commands.js";

const { send } = net;

const board = document.querySelector("[data-board]");
const editable = board.hasAttribute("data-editable");

grid.start();
popups.start();
talk.start();
net.onRedraw((focus, { others, board: whole }) => {
  if (others) {
    // A range is one of rows and columns, and these may be other ones now.
    if (whole && select.active()) select.clear();
    grid.keep();
  } else if (!popups.popoverHasFocus()) grid.restore(focus);
  fold.apply();
  layout.apply();
  minimap.draw();
  live.mark();
  departments.apply();
});
fold.start(() => { layout.apply(); minimap.draw(); });
layout.start();
find.start();
departments.start();
const named = JSON.parse(document.getElementById("map-commands")?.textContent ?? "{}").actions ?? [];
minimap.start(named.find((entry) => entry.id === "overview")?.name ?? "");

const cardOf = (cell) => cell.querySelector("[data-card]:focus-within") ?? chosen(cell);
let last = null; // the cell that was pressed last, where a range begins
let chosenId = null; // the card that the keys act on when a cell holds several
function chosen(cell) {
  const cards = [...cell.querySelectorAll("[data-card]")];
  return cards.find((card) => card.dataset.card === chosenId) ?? cards[0] ?? null;
}

/** The card that is talked about: the one that was pressed, or the only one; of several that nobody pressed, none. */
const spokenOf = (cell) => {
  const cards = [...cell.querySelectorAll("[data-card]")];
  return cards.find((card) => card.matches(":focus-within")) ?? (cards.length === 1 ? cards[0] : cards.find((card) => card.dataset.card === chosenId)) ?? null;
};

function open(cell, first = null) {
  if (cell.dataset.rename) { rename(cell, first); return; }
  if (cell.dataset.curve) { if (first === null) curve.pickLevel(cell); return; }
  if (cell.hasAttribute("data-typed")) {
    const card = first === null ? chosen(cell) : null;
    if (card) editCard(card); else newCard(cell, first);
    return;
  }
  if (cell.dataset.quick && (first !== null || !cell.querySelector("a[data-drawer], .painnote, .ideanote"))) { newCard(cell, first); return; }
  const link = cell.querySelector("a[data-drawer]");
  const note = cell.querySelector("a.painnote, a.ideanote");
  const ask = cell.querySelector("a.cell__ask");
  const card = chosen(cell);
  if (first !== null) return;
  if (note) popups.openDialog(note.href);
  else if (link) popups.openDrawer(link.href, link);
  else if (card && !card.classList.contains("tp")) popups.openDialog(`/cards/${card.dataset.card}/`);
  else if (cell.dataset.add || ask) popups.openDialog(cell.dataset.add || ask.href);
}

board.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-cell]");
  // The question of an empty cell is written on the spot; its link is the form, for a new tab and without scripts.
  const asked = event.target.closest("a.cell__ask");
  if (asked && cell?.dataset.quick && editable && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    event.stopPropagation();
    grid.focusCell(cell, { scroll: false });
    newCard(cell);
    return;
  }
  if (!cell || event.target.closest("a, button, textarea, input, select")) return;
  const card = event.target.closest("[data-card]");
  chosenId = card?.dataset.card ?? null;
  if (document.activeElement !== cell && !cell.contains(document.activeElement)) grid.focusCell(cell, { scroll: false });
  if (event.shiftKey && cell.tagName === "TD") { select.extend(last ?? cell, cell); return; }
  last = cell;
  if (!board.dataset.rubber) select.clear();
  if (!editable || cell.dataset.dragged || board.dataset.rubber) return;
  if (cell.dataset.curve) curve.pickLevel(cell);
  else if (cell.hasAttribute("data-typed") && card) editCard(card);
  else if (cell.hasAttribute("data-typed") && event.target.closest(".cell__ask, td")) newCard(cell);
  else if (cell.dataset.quick && event.target.closest("td")) newCard(cell);
  else if (card && !card.classList.contains("tp")) popups.openDialog(`/cards/${card.dataset.card}/`);
});

board.addEventListener("dblclick", (event) => {
  const header = event.target.closest("th[data-rename]");
  if (editable && header && !event.target.closest("a, input")) rename(header);
});

// Tab while writing goes on to the next cell, as in a spreadsheet.
board.addEventListener("map:next", (event) => {
  const cell = event.target.closest("[data-cell]");
  window.setTimeout(() => {
    const next = grid.cellAt(Number(cell.dataset.row), Number(cell.dataset.col) + (event.detail.back ? -1 : cell.colSpan || 1));
    grid.focusCell(next);
    if (event.detail.naming && next?.dataset.kind === cell.dataset.kind) rename(next);
  }, 0);
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

function widen(cell, key) {
  const card = cardOf(cell);
  if (!card) return;
  chosenId = card.dataset.card;
  const by = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  send(`/cards/${card.dataset.card}/span/`, key === "ArrowLeft" || key === "ArrowRight" ? { columns: by } : { lanes: by });
}

function remove(cell) {
  if (select.active()) { select.clearCells(cell); return; }
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
  if (editable && event.altKey && event.shiftKey && event.key.startsWith("Arrow")) { event.preventDefault(); widen(cell, event.key); return; }
  if (editable && event.altKey && event.key.startsWith("Arrow")) { event.preventDefault(); moveWithAlt(cell, event.key); return; }
  if (event.shiftKey && !ctrl && event.key.startsWith("Arrow") && cell.tagName === "TD") { event.preventDefault(); select.extendBy(cell, event.key); return; }
  if (event.key === "Escape" && select.active()) { event.preventDefault(); select.clear(); return; }
  if (!event.shiftKey && event.key.startsWith("Arrow")) select.clear();
  if (!event.altKey && grid.moveBy(event)) { event.preventDefault(); return; }
  if (ctrl && event.key === "Enter") { event.preventDefault(); details(cell); return; }
  // As for notes in spreadsheets; C does the same wherever typing a letter does not write.
  if (event.key === "F2" && event.shiftKey) { event.preventDefault(); talk.openAt(cell, spokenOf(cell)); return; }
  const types = editable && (cell.hasAttribute("data-typed") || cell.dataset.quick);
  if (event.key.toLowerCase() === "c" && !ctrl && !event.altKey && !types && letters()) { event.preventDefault(); talk.openAt(cell, spokenOf(cell)); return; }
  if (event.key === "Enter" && !onCell) return;
  if ((event.key === "Enter" || event.key === "F2") && !ctrl) {
    event.preventDefault();
    if (editable) open(cell); else details(cell);
    return;
  }
  if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) { event.preventDefault(); details(cell); return; }
  if (!editable || event.key === "?") return;
  if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(cell); return; }
  if (ctrl && event.key.toLowerCase() === "d") { event.preventDefault(); duplicate(cell); return; }
  if (ctrl || event.altKey || event.key.length !== 1) return;
  if (cell.dataset.curve) {
    if ("12345".includes(event.key)) { event.preventDefault(); curve.setLevel(cell, Number(event.key) - 3); }
    if (event.key === "0") { event.preventDefault(); curve.setLevel(cell, null); }
    return;
  }
  if (cell.hasAttribute("data-typed") || cell.dataset.quick) { event.preventDefault(); open(cell, event.key); return; }
  if (!letters()) return;
  const action = { n: () => addStep(cell, event.shiftKey), p: () => addAt(cell, "pains"), o: () => addAt(cell, "pains", "opportunity"), s: () => addAt(cell, "ideas"), m: () => addAt(cell, "metrics"), t: () => addAt(cell, "touchpoints") }[event.key.toLowerCase()];
  if (action) { event.preventDefault(); action(); }
});

const letters = () => window.localStorage.getItem("cxmap.letters") !== "off";

/** Begin to add a pain point, solution, KPI or touchpoint at the column of a cell. */
function addAt(cell, kind, what = "") {
  const col = Math.max(Number(cell?.dataset.col ?? 1), 1);
  const target = board.querySelector(`tr.map__lane--${kind} td[data-col="${col}"]`);
  if (!target) { net.say("noLane"); return; }
  grid.focusCell(target);
  const ask = target.querySelector("a.cell__ask");
  if (what && ask) popups.openDialog(`${ask.href}&kind=${what}`);
  else if (target.dataset.quick) newCard(target);
  else if (ask) popups.openDialog(ask.href);
  else net.say(kind === "metrics" ? "noTouchpoint" : "noLane");
}

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
  if (cell && (window.getSelection().isCollapsed || select.active())) select.copy(event, cell);
});

board.addEventListener("cut", (event) => {
  const cell = grid.current();
  if (!editable || !cell || !(window.getSelection().isCollapsed || select.active())) return;
  if (!select.copy(event, cell)) return;
  if (select.active()) select.clearCells(cell);
  else remove(cell);
});

board.addEventListener("paste", (event) => {
  const cell = select.rows(grid.current()).flat()[0];
  if (!editable || !cell?.hasAttribute("data-typed")) return;
  const text = event.clipboardData.getData("text/plain");
  if (!text.trim()) return;
  event.preventDefault();
  const trimmed = text.replace(/\r?\n$/, "");
  if (/[\t\n]/.test(trimmed)) send(`/lanes/${cell.dataset.lane}/paste/`, { step: cell.dataset.step, text: trimmed });
  else send(`/lanes/${cell.dataset.lane}/cards/add/`, { step: cell.dataset.step, text: trimmed, id: newId() });
  select.clear();
});

document.querySelector("[data-keys]")?.querySelector("[data-close]").addEventListener("click", (event) => event.target.closest("dialog").close());
document.querySelector("[data-period] select")?.addEventListener("change", (event) => event.target.form.requestSubmit());

board.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-add-step], [data-add-stage], [data-add-lane]");
  if (!button) return;
  const cell = button.closest("[data-cell]");
  if (button.hasAttribute("data-add-step")) await addStep(cell, false);
  else if (button.dataset.addStage) await send(`/journeys/${board.dataset.journey}/stages/add/`, { index: button.dataset.addStage });
  else {
    popups.openDialog(`/journeys/${board.dataset.journey}/lanes/add/?index=${button.dataset.addLane}`);
    return;
  }
  // What was added waits for its name: the next thing that is typed is that, and no shortcut of the header.
  const made = grid.current();
  if (made && made !== cell && made.dataset.rename) rename(made);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("textarea, input, select, [contenteditable]");
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.key === "?" && editable && !typing && !document.querySelector("dialog[open]")) { event.preventDefault(); document.querySelector("[data-keys]").showModal(); return; }
  if ((ctrl && event.key.toLowerCase() === "k") || (event.key === "/" && !ctrl && !typing && letters() && !grid.current()?.hasAttribute("data-typed"))) {
    event.preventDefault();
    palette.open(grid.current());
  }
});
document.querySelector("[data-open-palette]")?.addEventListener("click", () => palette.open());
palette.start(() => commands({ board, editable, spokenOf, talk, minimap, grid, popups, layout, fold, net, find, addStep, addAt, open, letters }));

if (editable) {
  net.start();
  live.start();
  select.start();
  layout.startResizing();
  drag.start(board);
  curve.startDragging(board);
}

// An address may name what should be in view: #card-… or #row-… (a stage or step), as results of the search do.
function goToNamed() {
  const [, kind, id] = /^#(card|row)-([0-9a-f-]{36})$/.exec(window.location.hash) ?? [];
  const cell = kind && board.querySelector(kind === "card" ? `[data-card="${id}"]` : `[data-id="${id}"]`)?.closest("[data-cell]");
  if (!cell) return;
  cell.scrollIntoView({ block: "center", inline: "center" });
  grid.focusCell(cell);
  cell.classList.add("is-found");
}
window.addEventListener("hashchange", goToNamed);
goToNamed();
