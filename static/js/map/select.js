// Ranges of cells: Shift with arrows or a click, or a rubber band; copied and pasted as spreadsheets do.

import * as grid from "./grid.js";
import { send } from "./net.js";

const board = () => document.querySelector("[data-board]");
let anchor = null; // {row, col}
let focus = null;

const place = (cell) => ({ row: Number(cell.dataset.row), col: Number(cell.dataset.col) });

export function clear() {
  anchor = focus = null;
  for (const cell of board().querySelectorAll(".is-range")) { cell.classList.remove("is-range"); cell.removeAttribute("aria-selected"); }
}

/** The cells of the range, row by row; without a range the one cell. */
export function rows(cell) {
  if (!anchor) return [[cell]];
  const [top, bottom] = [Math.min(anchor.row, focus.row), Math.max(anchor.row, focus.row)];
  const [left, right] = [Math.min(anchor.col, focus.col), Math.max(anchor.col, focus.col)];
  const found = [];
  for (let row = top; row <= bottom; row += 1) {
    const line = [];
    for (let col = left; col <= right; col += 1) {
      const at = grid.cellAt(row, col);
      line.push(at && (at.tagName === "TD" || anchor.col === 0) ? at : null);
    }
    found.push(line);
  }
  return found;
}

export const active = () => anchor !== null && (anchor.row !== focus.row || anchor.col !== focus.col);

function draw() {
  for (const cell of board().querySelectorAll(".is-range")) { cell.classList.remove("is-range"); cell.removeAttribute("aria-selected"); }
  if (!active()) return;
  for (const cell of rows(null).flat()) {
    if (!cell) continue;
    cell.classList.add("is-range");
    cell.setAttribute("aria-selected", "true");
  }
}

/** Reach from the cell that was focused first to this one. */
export function extend(from, to) {
  if (!to || to.tagName !== "TD") return;
  if (!anchor) anchor = place(from);
  focus = place(to);
  draw();
  grid.focusCell(to);
}

export function extendBy(cell, key) {
  const { row, col } = place(cell);
  const next = key === "ArrowRight" ? grid.cellAt(row, col + (cell.colSpan || 1)) : key === "ArrowLeft" ? grid.cellAt(row, col - 1)
    : key === "ArrowDown" ? grid.cellAt(row + (cell.rowSpan || 1), col) : grid.cellAt(row - 1, col);
  if (cell.tagName === "TD") extend(cell, next);
}

const textOf = (cell) => (cell ? [...cell.querySelectorAll("[data-text], .tp__name, .painnote, .ideanote, .kpi__name, .kpi__value, .channels__row--used")]
  .map((part) => part.textContent.trim()).filter(Boolean).join("\n") : "");
const quoted = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Put the range into the clipboard as tab-separated text and as a table. */
export function copy(event, cell) {
  const block = rows(cell).map((line) => line.map(textOf));
  if (!block.flat().some(Boolean)) return false;
  event.preventDefault();
  const single = block.length === 1 && block[0].length === 1;
  event.clipboardData.setData("text/plain", single ? block[0][0] : block.map((line) => line.map(quoted).join("\t")).join("\n"));
  const html = document.createElement("table");
  for (const line of block) {
    const tr = html.insertRow();
    for (const text of line) {
      const td = tr.insertCell();
      text.split("\n").forEach((part, index) => { if (index) td.append(document.createElement("br")); td.append(part); });
    }
  }
  event.clipboardData.setData("text/html", html.outerHTML);
  return true;
}

/** Take away the cards of the range, as one gesture for undo. */
export function clearCells(cell) {
  const cells = rows(cell).flat().filter((at) => at?.dataset.step && at.querySelector("[data-card]"));
  if (!cells.length) return;
  send(`/journeys/${board().dataset.journey}/cells/clear/`, { cells: cells.map((at) => `${at.dataset.lane}:${at.dataset.step}`).join(",") });
  clear();
}

/** A rubber band: the pointer goes down on an empty place of a cell and is drawn over others. */
export function start() {
  let from = null;
  board().addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("td[data-cell]");
    if (!cell || event.button !== 0 || event.target.closest("[data-card], a, button, textarea, [data-curve]")) return;
    if (event.shiftKey) return;
    clear();
    from = { cell, x: event.clientX, y: event.clientY, on: false };
  });
  board().addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) { from = null; return; }
    if (!from.on && Math.hypot(event.clientX - from.x, event.clientY - from.y) < 8) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("td[data-cell]");
    if (!over || (!from.on && over === from.cell)) return;
    from.on = true;
    window.getSelection()?.removeAllRanges();
    board().dataset.rubber = "1";
    extend(from.cell, over);
  });
  window.addEventListener("pointerup", () => {
    if (from?.on) window.setTimeout(() => delete board().dataset.rubber, 0);
    from = null;
  });
}
