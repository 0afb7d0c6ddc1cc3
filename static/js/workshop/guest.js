// A guest's page, on a phone in a pocket: it sleeps, loses the network and comes back, and loses no word on the way.

import { connect } from "../live.js";
import { begin, exchange } from "./parts.js";
import { startClock, tick, tune } from "./clock.js";

const box = document.querySelector("[data-guest]");
const offline = box.querySelector("[data-offline]");
const wrong = box.querySelector("[data-error]");
const connection = document.querySelector("[data-connection]");
const said = document.querySelector("[data-toasts]");
const store = box.dataset.store;
const JITTER_MS = 400; // forty pages do not ask at the same moment
const OVER_MS = 21_000; // when the grace after the clock has run out, the page looks how things stand

const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};
const read = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(`${store}.${name}`)) ?? otherwise; } catch { return otherwise; } };
const write = (name, value) => { try { localStorage.setItem(`${store}.${name}`, JSON.stringify(value)); } catch { /* private mode: the page itself still has it */ } };

// What could not be sent, in order: [{url, fields, text}].
let queue = read("queue", []);
const keep = () => write("queue", queue);

function complain(text) {
  wrong.textContent = text;
  wrong.hidden = !text;
  if (text) wrong.scrollIntoView({ block: "nearest" });
}

/** Give the composer its draft and a name for the next note, and show what waits. */
function dress() {
  const form = box.querySelector("[data-composer]");
  if (form) {
    const activity = form.elements.activity.value;
    const draft = read("draft", {});
    const id = form.querySelector("[data-id]");
    if (draft.activity === activity) {
      if (!form.elements.text.value) form.elements.text.value = draft.text ?? "";
      if (!id.value) id.value = draft.id ?? "";
      const step = [...form.querySelectorAll("input[name=step]")].find((one) => one.value === draft.step);
      if (step) step.checked = true;
    }
    if (!id.value) id.value = newId();
    sayWhat(form);
    form.querySelector("input[name=step]:checked")?.closest("label").scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  for (const button of box.querySelectorAll("[data-edit]")) button.hidden = false;
  const list = box.querySelector("[data-mine]");
  if (list) {
    for (const old of list.querySelectorAll(".sticky--pending")) old.remove();
    for (const one of queue.filter((entry) => entry.text)) {
      const item = document.createElement("li");
      item.className = "sticky sticky--pending";
      const text = document.createElement("span");
      text.className = "sticky__text";
      text.textContent = one.text;
      const state = document.createElement("span");
      state.className = "sticky__who";
      state.textContent = `⏳ ${box.dataset.waiting}`;
      item.append(text, state);
      list.prepend(item);
    }
  }
  offline.hidden = !queue.length;
  offline.textContent = queue.length ? box.dataset.unsent : "";
}

/** Say on the button whether a note of mine is being changed, or a new one written. */
function sayWhat(form) {
  const id = form.querySelector("[data-id]").value;
  const known = [...box.querySelectorAll("[data-note]")].some((note) => note.dataset.note === id);
  const button = form.querySelector("[data-add]");
  button.textContent = known ? button.dataset.change : button.dataset.add;
  form.querySelector("[data-leave]").hidden = !known;
}

/** Begin a new note. */
function startAnew(form) {
  form.elements.text.value = "";
  form.querySelector("[data-id]").value = newId();
  sayWhat(form);
  saveDraft();
  form.elements.text.focus();
}

function saveDraft() {
  const form = box.querySelector("[data-composer]");
  if (!form) return;
  write("draft", {
    activity: form.elements.activity.value,
    text: form.elements.text.value,
    id: form.querySelector("[data-id]").value,
    step: form.querySelector("input[name=step]:checked")?.value ?? "",
  });
}

function put(html, own = false) {
  const what = exchange(box, html, { own });
  if (what === "whole") {
    const heading = box.querySelector("[data-heading]");
    window.scrollTo({ top: 0 });
    heading?.focus({ preventScroll: true });
    if (said && heading) {
      const note = document.createElement("span");
      note.className = "visually-hidden";
      note.textContent = `${box.dataset.next} ${heading.textContent}`;
      said.replaceChildren(note);
    }
  }
  if (what) { dress(); tick(); ticked(); }
}

/** Say how many notes are ticked, where everybody sorts. */
function ticked() {
  for (const form of box.querySelectorAll("[data-sorting]")) {
    const count = form.querySelectorAll("input[name=note]:checked").length;
    const words = form.querySelector("[data-ticked]");
    words.textContent = count ? `${words.dataset.some} ${count}` : words.dataset.none;
  }
}
box.addEventListener("change", (event) => { if (event.target.matches("input[name=note]")) ticked(); });

let asking = false;
let again = false;
async function ask() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const have = box.querySelector("[data-parts]").dataset.have;
    const response = await fetch(`${box.dataset.url}?have=${encodeURIComponent(have)}`, { headers: { "X-Requested-With": "fetch" } });
    tune(response);
    if (response.status === 410 || response.status === 404) window.location.reload();
    else if (response.status === 200) put(await response.text());
    if (response.ok && queue.length) flush();
  } catch { /* no network: the next try */ }
  asking = false;
  if (again) { again = false; ask(); }
}
const soon = () => window.setTimeout(ask, Math.random() * JITTER_MS);

/** Send fields. Returns true when the server took them, false when it refused; throws without a network. */
async function send(url, fields, form = null) {
  const body = new URLSearchParams(fields);
  body.set("csrfmiddlewaretoken", box.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? document.querySelector("input[name=csrfmiddlewaretoken]").value);
  const response = await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  tune(response);
  if (response.status >= 500) throw new Error(String(response.status));
  if (!response.ok) {
    let message = "";
    try { message = (await response.json()).error.message; } catch { message = String(response.status); }
    complain(message);
    return false;
  }
  complain("");
  if (form?.matches("[data-sorting]")) form.reset();
  put(await response.text(), true);
  return true;
}

let flushing = false;
async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    while (queue.length) {
      const first = queue[0];
      const taken = await send(first.url, first.fields);
      queue.shift();
      keep();
      if (!taken && first.text) giveBack(first);
      dress();
    }
  } catch { /* still no network */ }
  flushing = false;
}

/** A note that came too late stands in the composer again, or stays readable where there is none any more. */
function giveBack(entry) {
  const form = box.querySelector("[data-composer]");
  if (form && !form.elements.text.value) form.elements.text.value = entry.text;
  else complain(`${wrong.textContent} « ${entry.text} »`);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !box.contains(form) || !form.matches("[data-send], [data-composer]")) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const composer = form.matches("[data-composer]");
  const text = composer ? form.elements.text.value.trim() : "";
  if (composer && !text) { form.elements.text.focus(); return; }
  const url = form.action;
  if (composer) startAnew(form);
  try {
    if (queue.length) throw new Error("in line");
    if (!(await send(url, fields, form)) && composer) {
      if (form.isConnected) {
        form.elements.text.value = text;
        form.querySelector("[data-id]").value = new Map(fields).get("id");
        sayWhat(form);
        saveDraft();
      } else giveBack({ text });
    }
  } catch {
    queue.push({ url, fields, text });
    keep();
    dress();
  }
});

box.addEventListener("input", (event) => { if (event.target.closest("[data-composer]")) saveDraft(); });
box.addEventListener("change", (event) => { if (event.target.closest("[data-composer]")) saveDraft(); });
// Ctrl+Enter and, on a keyboard, Enter alone sends: a note is one line of thought.
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.id !== "note-text") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
box.addEventListener("click", (event) => {
  if (event.target.closest("[data-leave]")) startAnew(event.target.closest("form"));
  const button = event.target.closest("[data-edit]");
  const form = box.querySelector("[data-composer]");
  if (!button || !form) return;
  const note = button.closest("[data-note]");
  form.querySelector("[data-id]").value = note.dataset.note;
  form.elements.text.value = note.querySelector(".sticky__text").textContent;
  const step = [...form.querySelectorAll("input[name=step]")].find((one) => one.value === note.dataset.step);
  if (step) step.checked = true;
  sayWhat(form);
  saveDraft();
  form.scrollIntoView({ block: "center" });
  form.elements.text.focus();
});

begin(box);
startClock();
dress();
ticked();
connect({
  token: box.dataset.token,
  renew: box.dataset.renew,
  on: { changed: soon, ask: soon },
  onState: (state) => {
    connection.dataset.state = state;
    connection.textContent = connection.dataset[state] ?? "";
  },
});
window.addEventListener("online", ask);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
// With a stream nothing asks by itself: being here, and the end of the clock, are said every now and then.
window.setInterval(() => { if (!document.hidden) soon(); }, OVER_MS);
if (queue.length) flush();
