// The command palette: every action by its French or English name, and a jump to any step or lane.

import { fold } from "./find.js";

let commands = () => [];
let shown = [];
let at = 0;
let back = null;
let remembered = null;

const dialog = () => document.querySelector("[data-palette]");

/** Score how well the words fit: every word must begin a word of the name, else be inside it. */
function score(entry, words) {
  const text = fold(`${entry.name} ${entry.also ?? ""}`);
  let sum = 0;
  for (const word of words) {
    const place = text.indexOf(word);
    if (place < 0) return -1;
    sum += place === 0 || text[place - 1] === " " ? 2 : 1;
  }
  return sum + (entry.jump ? 0 : 0.5);
}

function draw() {
  const box = dialog();
  const list = box.querySelector("[data-palette-list]");
  const words = fold(box.querySelector("input").value.trim()).split(/\s+/).filter(Boolean);
  shown = commands()
    .map((entry, index) => ({ entry, index, score: words.length ? score(entry, words) : entry.jump ? -1 : 1 }))
    .filter((found) => found.score >= 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, 40)
    .map((found) => found.entry);
  at = Math.min(at, Math.max(shown.length - 1, 0));
  list.replaceChildren(...shown.map((entry, index) => {
    const item = document.createElement("li");
    item.className = "palette__item";
    item.id = `palette-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === at));
    const name = document.createElement("span");
    name.textContent = entry.name;
    const keys = document.createElement("small");
    keys.textContent = entry.keys ?? entry.hint ?? "";
    item.append(name, keys);
    item.addEventListener("click", () => run(entry));
    return item;
  }));
  box.querySelector("[data-palette-none]").hidden = shown.length > 0;
  box.querySelector("input").setAttribute("aria-activedescendant", shown.length ? `palette-${at}` : "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function run(entry) {
  dialog().close();
  if (back?.isConnected) back.focus();
  entry.run(remembered);
}

export function open(cell = null) {
  const box = dialog();
  if (!box || box.open) return;
  back = document.activeElement;
  remembered = cell;
  at = 0;
  box.querySelector("input").value = "";
  box.showModal();
  draw();
}

export function start(list) {
  commands = list;
  const box = dialog();
  if (!box) return;
  const input = box.querySelector("input");
  input.addEventListener("input", () => { at = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % Math.max(shown.length, 1);
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown[at]) run(shown[at]);
    }
  });
}
