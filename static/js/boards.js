// Arranging a dashboard: tiles are dragged by their grip, or moved with the arrow keys on it; every move is said aloud.
// Without this script the arrows beside the grip do the same. Also here: forms in a dialog, and the full screen.

import { toast } from "./app.js";

const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const list = document.querySelector("[data-arrange]");
const live = document.querySelector("[data-live]");

const tiles = () => [...list.querySelectorAll("[data-tile]")];

/** Save where a tile stands now. Moves wait for each other, so that the last one wins. */
let queue = Promise.resolve();
function save(tile) {
  const index = tiles().indexOf(tile);
  const body = new FormData();
  body.set("index", index);
  queue = queue.then(async () => {
    try {
      const response = await fetch(tile.dataset.move, { method: "POST", body, headers: { "X-Requested-With": "fetch", "X-CSRFToken": csrf } });
      if (!response.ok) throw new Error(String(response.status));
      live.textContent = list.dataset.moved.replace("{place}", index + 1).replace("{all}", tiles().length);
    } catch {
      toast(list.dataset.failed, { error: true });
    }
  });
}

function step(tile, by) {
  const order = tiles();
  const to = order.indexOf(tile) + by;
  if (to < 0 || to >= order.length) return;
  order[to][by < 0 ? "before" : "after"](tile);
  tile.querySelector("[data-grip]").focus();
  tile.scrollIntoView({ block: "nearest" });
  save(tile);
}

function arrange() {
  let dragged = null;
  let place = null;
  const clear = () => {
    for (const tile of tiles()) tile.classList.remove("is-before", "is-after", "is-dragged");
  };
  for (const tile of tiles()) {
    const grip = tile.querySelector("[data-grip]");
    grip.hidden = false;
    grip.draggable = true;
    grip.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      step(tile, by);
    });
    grip.addEventListener("dragstart", (event) => {
      dragged = tile;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(tile, 20, 20);
      tile.classList.add("is-dragged");
    });
    grip.addEventListener("dragend", () => { dragged = null; clear(); });
  }
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-tile]");
    if (!dragged || !over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    // In a row the left half is before it; a tile as wide as the list has its upper half instead.
    const wide = box.width > list.getBoundingClientRect().width * 0.7;
    const first = wide ? event.clientY < box.top + box.height / 2 : event.clientX < box.left + box.width / 2;
    place = { over, first };
    for (const tile of tiles()) tile.classList.remove("is-before", "is-after");
    if (over !== dragged) over.classList.add(first ? "is-before" : "is-after");
  });
  list.addEventListener("drop", (event) => {
    if (!dragged || !place) return;
    event.preventDefault();
    const tile = dragged;
    if (place.over !== tile) {
      place.over[place.first ? "before" : "after"](tile);
      save(tile);
    }
    clear();
  });
}

/** A link with data-dialog opens the fragment of its page in the dialog; its form is sent as on the page itself. */
function dialogs() {
  const panel = document.querySelector("[data-dialog-panel]");
  if (!panel) return;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      const response = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!response.ok) { window.location.assign(link.href); return; }
      panel.innerHTML = await response.text();
      if (!panel.open) panel.showModal();
      panel.querySelector("select, input:not([type=hidden]), textarea, a")?.focus();
    } else if (event.target.closest("[data-dialog-panel] [data-close]")) {
      event.preventDefault();
      panel.close();
    }
  });
}

const full = document.querySelector("[data-fullscreen]");
if (full && document.documentElement.requestFullscreen) {
  full.hidden = false;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
}
if (list) arrange();
dialogs();
