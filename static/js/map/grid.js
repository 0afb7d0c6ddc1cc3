// The map as an ARIA grid: one tab stop, arrow keys inside, the place kept when the board is drawn anew.

const board = () => document.querySelector("[data-board]");
let at = { row: 2, col: 1 };
let byId = null; // data-id of a focused header, which survives moves
let byPlace = null; // lane and step of a focused cell: others may put columns and rows before it
let inBoard = false;

const cells = () => [...board().querySelectorAll("[data-cell]")];
const rowOf = (cell) => Number(cell.dataset.row);
const colOf = (cell) => Number(cell.dataset.col);
const span = (cell) => cell.colSpan || 1;

/** The cell at a row and column; a stage covers several columns. */
export function cellAt(row, col) {
  return cells().find((cell) => rowOf(cell) === row && colOf(cell) <= col && col < colOf(cell) + span(cell)) ?? null;
}

export function lastRow() { return Math.max(...cells().map(rowOf)); }
export function lastCol() { return Math.max(...cells().map((cell) => colOf(cell) + span(cell) - 1)); }

export function current() {
  const cell = document.activeElement?.closest?.("[data-cell]");
  return cell && board().contains(cell) ? cell : null;
}

export function focusCell(cell, { scroll = true } = {}) {
  if (!cell) return;
  for (const other of board().querySelectorAll("[data-cell][tabindex='0']")) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  if (scroll) reveal(cell);
}

/** Bring a cell out from under the sticky labels. */
export function revealAcross(cell) {
  if (cell.matches(".map__label, .map__corner")) return;
  const box = board().querySelector("[data-map-scroll]");
  const label = box.querySelector(".map__corner").offsetWidth;
  const inner = cell.getBoundingClientRect();
  const outer = box.getBoundingClientRect();
  if (inner.left < outer.left + label) box.scrollLeft -= outer.left + label - inner.left;
  else if (inner.right > outer.right) box.scrollLeft += Math.min(inner.right - outer.right, inner.left - outer.left - label);
}

/** Bring a cell out from under the sticky headers and labels. */
export function reveal(cell) {
  const box = board().querySelector("[data-map-scroll]");
  const head = box.querySelector("thead").offsetHeight;
  const inner = cell.getBoundingClientRect();
  const outer = box.getBoundingClientRect();
  revealAcross(cell);
  if (!cell.closest("thead")) {
    if (inner.top < outer.top + head) box.scrollTop -= outer.top + head - inner.top;
    else if (inner.bottom > outer.bottom) box.scrollTop += Math.min(inner.bottom - outer.bottom, inner.top - outer.top - head);
    const now = cell.getBoundingClientRect();
    if (now.bottom > window.innerHeight) window.scrollBy(0, now.bottom - window.innerHeight + 12);
    else if (now.top < head + 60) window.scrollBy(0, now.top - head - 60);
  }
}

export function remember(cell) {
  at = { row: rowOf(cell), col: colOf(cell) };
  byId = cell.dataset.id ?? null;
  byPlace = cell.dataset.lane && cell.dataset.step ? `td[data-lane="${cell.dataset.lane}"][data-step="${cell.dataset.step}"]` : null;
}

/** Focus where the person was, or what the answer names ({card} or {id}). */
export function restore(focus = {}) {
  if (!inBoard && !focus.card && !focus.id) return;
  let cell = null;
  if (focus.id) cell = board().querySelector(`[data-id="${focus.id}"]`);
  if (!cell && focus.card) cell = board().querySelector(`[data-card="${focus.card}"]`)?.closest("[data-cell]");
  focusCell(cell ?? remembered());
}

function remembered() {
  const cell = (byId && board().querySelector(`[data-id="${byId}"]`)) ?? (byPlace && board().querySelector(byPlace));
  return cell || cellAt(Math.min(at.row, lastRow()), Math.min(at.col, lastCol()));
}

/** Give the focus back that a change of somebody else has taken away; nothing scrolls. */
export function keep() {
  if (!inBoard || (document.activeElement && document.activeElement !== document.body)) return;
  focusCell(remembered(), { scroll: false });
}

function stageEdges() {
  return [...board().querySelectorAll(".map__stage")].map(colOf);
}

/** Move the focus; returns true when the key was one of ours. */
export function moveBy(event) {
  const cell = current();
  if (!cell) return false;
  const row = rowOf(cell);
  const col = colOf(cell);
  const ctrl = event.ctrlKey || event.metaKey;
  let next = null;
  if (ctrl && event.key === "ArrowRight") next = cellAt(row, stageEdges().find((edge) => edge > col) ?? lastCol());
  else if (ctrl && event.key === "ArrowLeft") next = cellAt(row, stageEdges().reverse().find((edge) => edge < col) ?? 0);
  else if (event.key === "ArrowRight") next = cellAt(row, col + span(cell));
  else if (event.key === "ArrowLeft") next = cellAt(row, col - 1);
  else if (event.key === "ArrowDown") next = cellAt(row + 1, col);
  else if (event.key === "ArrowUp") next = cellAt(row - 1, col);
  else if (event.key === "Home") next = ctrl ? cellAt(0, 0) : cellAt(row, 0);
  else if (event.key === "End") next = ctrl ? cellAt(lastRow(), lastCol()) : cellAt(row, lastCol());
  else if (event.key === "PageDown") next = cellAt(Math.min(row + 10, lastRow()), col);
  else if (event.key === "PageUp") next = cellAt(Math.max(row - 10, 0), col);
  else return false;
  focusCell(next);
  return true;
}

export function start() {
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    inBoard = Boolean(cell && board().contains(cell)) || Boolean(inBoard && event.target.closest(".popover, dialog, .toasts, [data-tools]"));
    if (cell && board().contains(cell)) {
      remember(cell);
      for (const other of board().querySelectorAll("[data-cell][tabindex='0']")) if (other !== cell) other.tabIndex = -1;
      cell.tabIndex = 0;
    }
  });
}
