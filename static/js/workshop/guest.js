// A guest's page, on a phone in a pocket: it sleeps, loses the network and comes back, and loses no word on the way.

import { newId } from "../ids.js";
import { connect } from "../live.js";
import { begin, exchange } from "./parts.js";
import { startClock, tick, tune } from "./clock.js";

const box = document.querySelector("[data-guest]");
const offline = box.querySelector("[data-offline]");
const wrong = box.querySelector("[data-error]");
const kept = box.querySelector("[data-kept]");
const connection = document.querySelector("[data-connection]");
const said = document.querySelector("[data-toasts]");
const store = box.dataset.store;
const JITTER_MS = 400; // forty pages do not ask at the same moment
const OVER_MS = 21_000; // when the grace after the clock has run out, the page looks how things stand

// What a phone keeps under a name; in private mode the page itself still has it.
const held = new Map();
function read(name, otherwise) {
  if (held.has(name)) return held.get(name);
  try { return JSON.parse(localStorage.getItem(`${store}.${name}`)) ?? otherwise; } catch { return otherwise; }
}
function write(name, value) {
  try { localStorage.setItem(`${store}.${name}`, JSON.stringify(value)); held.delete(name); } catch { held.set(name, value); }
}

// Lists of [{key, url, fields, text}], read anew each time: two pages of one browser share them.
const QUEUE = "queue"; // what is on its way, in order; an entry leaves when the server has answered
const KEPT = "kept"; // words that were not taken, with the reason, until their author lets go of them
const entries = (name) => read(name, []);
const drop = (name, key) => write(name, entries(name).filter((entry) => entry.key !== key));
const add = (name, entry) => write(name, [...entries(name).filter((one) => one.key !== entry.key), entry]);

function complain(text) {
  wrong.textContent = text;
  wrong.hidden = !text;
  if (text) wrong.scrollIntoView({ block: "nearest" });
}

const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

/** Show the words that were not taken: each can be sent again, copied or thrown away. */
function showKept() {
  const list = kept.querySelector("[data-kept-list]");
  const all = entries(KEPT);
  kept.hidden = !all.length;
  list.replaceChildren(...all.map((entry) => {
    const item = element("li", "kept__line", "");
    item.dataset.key = entry.key;
    const acts = element("span", "kept__acts", "");
    for (const act of ["again", "take", "discard"]) {
      const button = element("button", "button button--s", kept.dataset[act]);
      button.type = "button";
      button.dataset.act = act;
      button.append(element("span", "visually-hidden", `: ${entry.text}`));
      acts.append(button);
    }
    item.append(element("span", "kept__text", entry.text), element("span", "kept__why", entry.why), acts);
    return item;
  }));
}

function keepWords(entry, why) {
  add(KEPT, { ...entry, why });
  showKept();
  kept.scrollIntoView({ block: "nearest" });
}

async function copy(item) {
  const text = item.querySelector(".kept__text");
  window.getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    if (!document.execCommand("copy")) return; // the text stays selected, for the person's own keys
  }
  // Not thrown away yet: the next thing that is copied takes its place in the clipboard.
  item.querySelector(".kept__why").textContent = kept.dataset.copied;
}

kept.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const item = button.closest("[data-key]");
  const entry = entries(KEPT).find((one) => one.key === item.dataset.key);
  if (!entry) { showKept(); return; }
  if (button.dataset.act === "take") { copy(item); return; }
  if (button.dataset.act === "again") add(QUEUE, { key: entry.key, url: entry.url, fields: entry.fields, text: entry.text });
  drop(KEPT, entry.key);
  showKept();
  (kept.querySelector("button") ?? box.querySelector("[data-heading]"))?.focus();
  if (button.dataset.act === "again") { dress(); flush(); }
});

/** A draft whose composer has gone (revealed, moved on, out of time) is kept where its author sees it. */
function rescue() {
  const draft = read("draft", {});
  const text = draft.text?.trim();
  const form = box.querySelector("[data-composer]");
  if (!draft.activity || form?.elements.activity.value === draft.activity) return;
  write("draft", {});
  if (!text || text === draft.was || !draft.url) return;
  const fields = [["activity", draft.activity], ["id", draft.id], ["step", draft.step ?? ""], ["text", text]];
  keepWords({ key: draft.id, url: draft.url, fields, text }, kept.dataset.unsent);
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
      form.dataset.was = draft.was ?? "";
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
    for (const one of entries(QUEUE).filter((entry) => entry.text)) {
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
  const waits = stuck && entries(QUEUE).length > 0;
  offline.hidden = !waits;
  offline.textContent = waits ? box.dataset.unsent : "";
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
  form.dataset.was = "";
  sayWhat(form);
  saveDraft();
  form.elements.text.focus();
}

function saveDraft() {
  const form = box.querySelector("[data-composer]");
  if (!form) return;
  write("draft", {
    url: form.action,
    was: form.dataset.was ?? "", // what a note of mine said before it was being changed
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
  if (what) { dress(); tick(); ticked(); rescue(); }
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

let answers = 0; // to what was sent
let stuck = false; // the last try did not get through
let asking = false;
let again = false;
async function ask() {
  if (asking) { again = true; return; }
  asking = true;
  const before = answers;
  try {
    const have = box.querySelector("[data-parts]").dataset.have;
    const response = await fetch(`${box.dataset.url}?have=${encodeURIComponent(have)}`, { headers: { "X-Requested-With": "fetch" } });
    tune(response);
    if (response.status === 410 || response.status === 404) window.location.reload();
    else if (response.status === 200) {
      const html = await response.text();
      if (answers === before) put(html);
      else again = true; // older than what came with the answer to something sent meanwhile
    }
    if (response.ok) flush();
  } catch { /* no network: the next try */ }
  asking = false;
  if (again) { again = false; ask(); }
}
const soon = () => window.setTimeout(ask, Math.random() * JITTER_MS);

/** Send one entry of the queue; throws without a network. Whatever the answer, its words are somewhere until it is there. */
async function send(entry) {
  const body = new URLSearchParams(entry.fields);
  body.set("csrfmiddlewaretoken", box.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? document.querySelector("input[name=csrfmiddlewaretoken]").value);
  const response = await fetch(entry.url, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  tune(response);
  if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
  const answer = await response.text();
  answers += 1;
  if (response.ok) {
    drop(QUEUE, entry.key);
    complain("");
    if (entry.sorts) for (const form of box.querySelectorAll("[data-sorting]")) form.reset();
    put(answer, !entry.text);
    return;
  }
  let message = String(response.status);
  try { message = JSON.parse(answer).error.message; } catch { /* not an answer of ours */ }
  if (entry.text) keepWords(entry, message);
  else complain(message);
  drop(QUEUE, entry.key);
  ask(); // the screen was older than the workshop
}

let flushing = false;
/** Send what waits, one after the other, so that nothing overtakes what was pressed before it. */
async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    for (let first = entries(QUEUE)[0]; first; first = entries(QUEUE)[0]) {
      await send(first);
      stuck = false;
      dress();
    }
  } catch {
    stuck = true; // the next try comes with the next question to the server
    dress();
  }
  flushing = false;
}

/** Dots are sent as "so many on this": a press counts from the press before it, also when that one is still on its way. */
function countFromLast(form, fields) {
  const item = new Map(fields).get("item"); // elements.item is a method
  const shown = Number(form.querySelector(".ballot__mine")?.textContent);
  const last = entries(QUEUE).findLast((entry) => entry.url === form.action && new Map(entry.fields).get("item") === item);
  const dots = fields.find(([name]) => name === "dots");
  if (last && dots) dots[1] = String(Math.max(0, Number(new Map(last.fields).get("dots")) + Number(dots[1]) - shown));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !box.contains(form) || !form.matches("[data-send], [data-composer]")) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const composer = form.matches("[data-composer]");
  const text = composer ? form.elements.text.value.trim() : "";
  if (composer && !text) { form.elements.text.focus(); return; }
  if (form.matches(".ballot__form")) countFromLast(form, fields);
  add(QUEUE, { key: newId(), url: form.action, fields, text, sorts: form.matches("[data-sorting]") });
  if (composer) startAnew(form);
  dress();
  flush();
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
  form.dataset.was = form.elements.text.value.trim();
  const step = [...form.querySelectorAll("input[name=step]")].find((one) => one.value === note.dataset.step);
  if (step) step.checked = true;
  sayWhat(form);
  saveDraft();
  form.scrollIntoView({ block: "center" });
  form.elements.text.focus();
});

begin(box);
startClock();
showKept();
dress();
ticked();
rescue();
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
flush();
