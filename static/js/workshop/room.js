// The facilitator's room and the projector: they show what the server has, and send what the buttons say.

import { connect } from "../live.js";
import { toast } from "../app.js";
import { begin, exchange } from "./parts.js";
import { startClock, tick, tune } from "./clock.js";

const box = document.querySelector("[data-room]");
const connection = document.querySelector("[data-connection]");
const AGAIN_MS = 5000; // presence and clocks move without an event
let asking = false;
let again = false;

function put(html, own = false) {
  const what = exchange(box, html, { own });
  if (what) { tick(); ticked(); }
  if (what === "whole") document.getElementById("stage-title")?.scrollIntoView({ block: "nearest" });
}

async function ask() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const response = await fetch(box.dataset.url, { headers: { "X-Requested-With": "fetch" } });
    tune(response);
    if (response.redirected) window.location.reload();
    else if (response.ok) put(await response.text());
  } catch { /* the stream or the next try brings it */ }
  asking = false;
  if (again) { again = false; ask(); }
}

begin(box);
startClock();
window.setInterval(ask, AGAIN_MS);
connect({
  token: box.dataset.token,
  renew: box.dataset.renew,
  on: { changed: ask, stirred: ask, ask },
  onState: (state) => {
    if (!connection) return;
    connection.dataset.state = state;
    connection.textContent = connection.dataset[state] ?? "";
  },
});

async function send(form, submitter, extra = {}) {
  const body = new FormData(form, submitter);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    tune(response);
    if (response.ok) {
      if (form.matches("[data-reset], [data-sorting]")) form.reset();
      put(await response.text(), true);
    } else {
      toast((await response.json()).error.message, { error: true });
      ask();
    }
  } catch {
    toast(connection?.dataset.off ?? "", { error: true });
  }
  buttons.forEach((button) => { button.disabled = false; });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-send]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** Say how many notes are ticked. */
function ticked() {
  for (const form of document.querySelectorAll("[data-sorting]")) {
    const count = form.querySelectorAll("input[name=note]:checked").length;
    const words = form.querySelector("[data-ticked]");
    words.textContent = count ? `${words.dataset.some} ${count}` : words.dataset.none;
  }
}
document.addEventListener("change", (event) => { if (event.target.matches("input[name=note]")) ticked(); });

// With a mouse a note may also be dragged onto a group; ticking does the same.
let dragged = null;
document.addEventListener("pointerdown", (event) => {
  const note = event.pointerType === "mouse" && event.target.closest("[data-sorting] .sticky--tick");
  if (note) note.draggable = true;
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".sticky--tick");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const pile = dragged && event.target.closest("[data-drop]");
  document.querySelectorAll(".pile--over").forEach((one) => one !== pile && one.classList.remove("pile--over"));
  if (!pile) return;
  event.preventDefault();
  pile.classList.add("pile--over");
});
document.addEventListener("drop", (event) => {
  const pile = dragged && event.target.closest("[data-drop]");
  if (!pile) return;
  event.preventDefault();
  const form = pile.closest("form");
  form.querySelectorAll("input[name=note]").forEach((one) => { if (one !== dragged.querySelector("input") && !one.closest(".sticky--tick").matches(":has(:checked)")) one.checked = false; });
  dragged.querySelector("input").checked = true;
  send(form, pile.querySelector(`button[name=into]`));
});
document.addEventListener("dragend", () => {
  dragged = null;
  document.querySelectorAll(".pile--over").forEach((one) => one.classList.remove("pile--over"));
});
