// Writing in the cell itself: cards, new cards, names of stages, steps and lanes.

import { newId } from "../ids.js";
import { focusCell, revealAcross } from "./grid.js";
import { newNote, send, showLater } from "./net.js";
import { openDialog } from "./popups.js";

const texts = () => document.querySelector("[data-texts]").dataset;

/** Put a text box into `host` in place of `hidden` and give back what was written (null: left with Escape). */
function write(host, hidden, value, { multiline = true, first = null, names = null, form = null } = {}) {
  return new Promise((resolve) => {
    const box = document.createElement(multiline ? "textarea" : "input");
    box.className = "cell__edit";
    box.value = first ?? value;
    box.placeholder = texts().placeholder;
    box.setAttribute("aria-label", texts().placeholder);
    for (const element of hidden) element.hidden = true;
    host.append(box);
    const beside = [];
    if (names) beside.push(suggest(host, box, names));
    if (form) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "cell__form";
      more.tabIndex = -1;
      more.textContent = texts().form;
      more.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus until the click
      more.addEventListener("click", (event) => { event.stopPropagation(); leave(null); form(); });
      host.append(more);
      beside.push(more);
    }
    const dragged = host.closest("[draggable]");
    if (dragged) dragged.draggable = false;
    revealAcross(host.closest("[data-cell]")); // a cell that is pressed may be half under the labels
    box.focus();
    if (first === null) box.select();
    let done = false;
    const leave = (text) => {
      if (done) return;
      done = true;
      box.remove();
      for (const element of beside) element.remove();
      for (const element of hidden) element.hidden = false;
      if (dragged) dragged.draggable = true;
      resolve(text);
      window.setTimeout(showLater, 0);
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") { event.preventDefault(); leave(null); }
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); leave(box.value); }
      if (event.key === "Tab") { event.preventDefault(); leave(box.value); host.dispatchEvent(new CustomEvent("map:next", { bubbles: true, detail: { back: event.shiftKey, naming: !multiline && host.tagName === "TH" } })); }
    });
    box.addEventListener("paste", (event) => event.stopPropagation());
    box.addEventListener("copy", (event) => event.stopPropagation());
    box.addEventListener("blur", () => leave(box.value));
  });
}

/** Names to choose from while typing; they come when the box is open already. */
function suggest(host, box, names) {
  const list = document.createElement("datalist");
  list.id = "cell-names";
  box.setAttribute("list", list.id);
  host.append(list);
  names().then((found) => list.replaceChildren(...found.map((name) => { const option = document.createElement("option"); option.value = name; return option; })));
  return list;
}

async function namesFor(cell) {
  const query = new URLSearchParams({ lane: cell.dataset.lane, step: cell.dataset.step });
  try {
    const response = await fetch(`${cell.dataset.quick}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    return response.ok ? (await response.json()).names : [];
  } catch {
    return []; // without a connection there is nothing to choose from, and typing goes on
  }
}

/** Write a new card into a typed cell; `first` is the character that began it. */
export async function newCard(cell, first = null) {
  const ask = [...cell.querySelectorAll(".cell__ask")];
  const full = cell.dataset.quick && cell.querySelector("a.cell__ask[data-dialog]");
  const chosen = "suggests" in cell.dataset;
  const text = await write(cell, ask, "", {
    first,
    multiline: !chosen,
    names: chosen ? () => namesFor(cell) : null,
    form: full ? () => openDialog(full.href) : null,
  });
  focusCell(cell, { scroll: false });
  if (text === null || !text.trim()) return;
  const id = newId(); // lets the same card be sent twice after a lost answer, and be edited while offline
  const holder = newNote(cell.dataset.quick ? null : id, text); // shown at once; the answer brings the real card
  cell.insertBefore(holder, cell.querySelector(".cell__ask"));
  const url = cell.dataset.quick || `/lanes/${cell.dataset.lane}/cards/add/`;
  const saved = await send(url, { step: cell.dataset.step, text, ...(cell.dataset.quick ? { lane: cell.dataset.lane } : {}), id }, { field: "text" });
  if (saved === "queued") holder.classList.add("is-queued");
  else if (!saved) holder.remove();
}

/** Change the text of a card. */
export async function editCard(card, first = null) {
  const cell = card.closest("[data-cell]");
  const shown = card.querySelector("[data-text]");
  if (!shown) return;
  const before = shown.textContent;
  const text = await write(card, [shown], before, { first });
  focusCell(cell, { scroll: false });
  if (text === null || text.trim() === before.trim()) return;
  shown.textContent = text;
  const revision = card.dataset.rev;
  card.dataset.rev = Number(revision) + 1; // a second edit may follow before the answer to this one
  const saved = await send(`/cards/${card.dataset.card}/edit/`, { text, revision }, { field: "text" });
  if (saved === "queued") card.classList.add("is-queued");
  else if (!saved && shown.isConnected) shown.textContent = before;
}

/** Rename a stage, step or lane in its header. */
export async function rename(header, first = null) {
  const shown = header.querySelector("[data-text]");
  const before = shown.textContent;
  const name = await write(header, [shown], before, { multiline: false, first });
  focusCell(header, { scroll: false });
  if (name === null || name.trim() === before.trim()) return;
  if (!name.trim() && header.dataset.kind !== "lane") return;
  shown.textContent = name;
  const saved = await send(header.dataset.rename, { name, revision: header.dataset.rev }, { field: "name" });
  if (!saved && shown.isConnected) shown.textContent = before;
}
