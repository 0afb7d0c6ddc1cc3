// Drag and drop of cards, steps, stages and lanes, with a line where they would fall.

import { send } from "./net.js";

let dragged = null; // {kind, element, id}
let mark = null;

function clear() {
  if (!mark) return;
  mark.classList.remove("drop-before", "drop-after", "drop-above", "drop-below", "drop-into");
  mark = null;
}

function show(element, name) {
  clear();
  mark = element;
  element.classList.add(name);
}

const beforeX = (event, element) => event.clientX < element.getBoundingClientRect().left + element.offsetWidth / 2;
const beforeY = (event, element) => event.clientY < element.getBoundingClientRect().top + element.offsetHeight / 2;

/** Where would it fall? Returns {element, mark, drop()} or null. */
function target(event, board) {
  const { kind, id, element } = dragged;
  const cell = event.target.closest("[data-cell]");
  if (!cell || !board.contains(cell)) return null;
  if (kind === "card") {
    if (cell.tagName !== "TD") return null;
    const isTouchpoint = element.classList.contains("tp");
    const row = cell.closest("tr");
    if (isTouchpoint ? !row.classList.contains("map__lane--touchpoints") : !cell.hasAttribute("data-typed")) return null;
    const over = event.target.closest("[data-card]");
    const cards = [...cell.querySelectorAll("[data-card]")].filter((card) => card !== element);
    let index = cards.length;
    let line = [cell, "drop-into"];
    if (over && over !== element) {
      const before = beforeY(event, over);
      index = cards.indexOf(over) + (before ? 0 : 1);
      line = [over, before ? "drop-above" : "drop-below"];
    }
    return { line, drop: () => send(`/cards/${id}/move/`, { lane: cell.dataset.lane, step: cell.dataset.step, index }) };
  }
  if (kind === "step" && cell.dataset.kind === "step") {
    if (cell === element) return null;
    const before = beforeX(event, cell);
    const heads = [...board.querySelectorAll("th[data-kind=step]")];
    const stage = stageOf(board, cell);
    const own = heads.filter((head) => head !== element && stageOf(board, head) === stage);
    const index = own.indexOf(cell) + (before ? 0 : 1);
    return { line: [cell, before ? "drop-before" : "drop-after"], drop: () => send(`/steps/${id}/move/`, { stage: stage.dataset.id, index }) };
  }
  if (kind === "step" && cell.dataset.kind === "stage") {
    return { line: [cell, "drop-into"], drop: () => send(`/steps/${id}/move/`, { stage: cell.dataset.id }) };
  }
  if (kind === "stage" && cell.dataset.kind === "stage" && cell !== element) {
    const before = beforeX(event, cell);
    const others = [...board.querySelectorAll("th[data-kind=stage]")].filter((head) => head !== element);
    const index = others.indexOf(cell) + (before ? 0 : 1);
    return { line: [cell, before ? "drop-before" : "drop-after"], drop: () => send(`/stages/${id}/move/`, { index }) };
  }
  if (kind === "lane" && cell.dataset.kind === "lane" && cell !== element) {
    const before = beforeY(event, cell);
    const others = [...board.querySelectorAll("th[data-kind=lane]")].filter((head) => head !== element);
    const index = others.indexOf(cell) + (before ? 0 : 1);
    return { line: [cell, before ? "drop-above" : "drop-below"], drop: () => send(`/lanes/${id}/move/`, { index }) };
  }
  return null;
}

function stageOf(board, step) {
  const col = Number(step.dataset.col);
  return [...board.querySelectorAll("th[data-kind=stage]")].find(
    (stage) => Number(stage.dataset.col) <= col && col < Number(stage.dataset.col) + stage.colSpan,
  );
}

export function start(board) {
  board.addEventListener("dragstart", (event) => {
    const element = event.target.closest("[draggable=true]");
    if (!element) return;
    dragged = element.dataset.card
      ? { kind: "card", element, id: element.dataset.card }
      : { kind: element.dataset.kind, element, id: element.dataset.id };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", (element.querySelector("[data-text], .tp__name") ?? element).textContent.trim());
    element.classList.add("is-dragged");
    event.stopPropagation();
  });
  board.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const found = target(event, board);
    if (!found) { clear(); return; }
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    show(...found.line);
  });
  board.addEventListener("drop", (event) => {
    if (!dragged) return;
    const found = target(event, board);
    clear();
    if (found) { event.preventDefault(); found.drop(); }
  });
  board.addEventListener("dragend", () => {
    clear();
    dragged?.element.classList.remove("is-dragged");
    dragged = null;
  });
}
