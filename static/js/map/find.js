// Find in the map: every card, header and lane whose text holds the words, accents and case ignored.

import * as grid from "./grid.js";

const board = () => document.querySelector("[data-board]");
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let hits = [];
let at = -1;

function mark() {
  for (const cell of board().querySelectorAll(".is-found")) cell.classList.remove("is-found");
  const output = document.querySelector("[data-find-count]");
  if (output) output.textContent = hits.length ? `${at + 1} / ${hits.length}` : document.querySelector("[data-find]")?.value ? "0" : "";
  hits[at]?.classList.add("is-found");
  hits[at]?.scrollIntoView({ block: "center", inline: "center" });
  if (hits[at]) grid.reveal(hits[at]); // on a narrow screen the middle is partly under the labels
}

export function search(text) {
  const words = fold(text.trim());
  hits = words ? [...board().querySelectorAll("[data-cell]")].filter((cell) => fold(cell.textContent).includes(words)) : [];
  at = hits.length ? 0 : -1;
  mark();
}

export function next(by = 1) {
  if (!hits.length) return;
  hits = hits.filter((cell) => cell.isConnected);
  if (!hits.length) return;
  at = (at + by + hits.length) % hits.length;
  mark();
}

export function start() {
  const box = document.querySelector("[data-find]");
  if (!box) return;
  box.addEventListener("input", () => search(box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); next(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { box.value = ""; const cell = hits[at]; search(""); if (cell) grid.focusCell(cell); }
  });
}
