// Talking to the server: one way to send a change, one way to show its answer, and what happens without a connection.

import { toast } from "../app.js";
import { newId } from "../ids.js";
import * as queue from "./queue.js";

const board = () => document.querySelector("[data-board]");
const texts = () => document.querySelector("[data-texts]")?.dataset ?? {};
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const RETRY_SECONDS = 10;
const MISSED_MS = 700; // how long an edit may be on its way after a later one before the page asks for it

let redraw = () => {};
/** Say what is to be done after the board was put in place anew. */
export function onRedraw(callback) { redraw = callback; }
let follow = () => {};
/** Say what is to be done when a form answers with another page: it opens as a dialog. */
export function onFollow(callback) { follow = callback; }

function showSaved(text) {
  const label = document.querySelector("[data-saved]");
  if (!label || !text) return;
  label.hidden = false;
  label.textContent = text;
}

/** Say how many changes wait, and list those that the server refused, with their texts. */
function showQueue() {
  const place = document.querySelector("[data-offline]");
  if (!place) return;
  const waiting = queue.waiting();
  const refused = queue.refused();
  place.hidden = !waiting.length && !refused.length;
  if (place.hidden) { place.replaceChildren(); return; }
  const line = document.createElement("span");
  line.textContent = waiting.length
    ? (waiting.length === 1 ? texts().queuedOne : texts().queuedMany.replace("{count}", waiting.length))
    : texts().refused;
  const parts = [line];
  if (waiting.length) {
    showSaved(line.textContent);
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button--s";
    again.textContent = texts().retry;
    again.addEventListener("click", () => flush());
    parts.push(again);
  }
  if (refused.length) {
    const list = document.createElement("ul");
    list.className = "unsent";
    refused.forEach((change) => {
      const item = document.createElement("li");
      const text = change.fields.find(([name]) => name === "text" || name === "name")?.[1] ?? change.url;
      item.append(`${change.reason} — ${text} `);
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "button button--s";
      copy.textContent = texts().copyText;
      copy.dataset.copy = text;
      copy.dataset.copied = texts().copied;
      const away = document.createElement("button");
      away.type = "button";
      away.className = "button button--s";
      away.textContent = texts().discard;
      away.addEventListener("click", () => { queue.forget(change); showQueue(); });
      item.append(copy, " ", away);
      list.append(item);
    });
    parts.push(list);
  }
  place.replaceChildren(...parts);
}

function tell(said) {
  const canUndo = !document.querySelector("[data-undo]")?.disabled;
  toast(said, { action: canUndo ? { label: texts().undo, run: undo } : null });
}

function undo() {
  const button = document.querySelector("[data-undo]");
  if (button) button.form.requestSubmit();
}

const writing = () => board().querySelector(".cell__edit");
let pressing = false; // a pointer holds something of the board: a card, a point of the curve, a border
const handling = () => pressing || board().querySelector(".is-dragged");
let later = null; // what could not be shown while somebody wrote on the board, or held a part of it

/** Show what waited for the writing to end; called when a text box on the board was left, or what was held is let go. */
export function showLater() {
  if (!later || writing() || handling()) return;
  const answers = later;
  later = null;
  for (const answer of answers) show({ ...answer, revision: 0, said: "" }, { others: answer.others });
}

// Which edits of this map the page shows: all up to `shown`, and some later ones. `newest` is the last it has heard of.
let shown = 0;
let newest = 0;
const beyond = new Set();
const cellsAt = new Map(); // "lane/step" → the revision that the cell was drawn at since the board was

function noteRevision({ revision, board: drawn }) {
  if (!revision) return;
  newest = Math.max(newest, revision);
  if (drawn !== undefined) {
    shown = revision;
    beyond.clear();
    cellsAt.clear();
  } else if (revision > shown) {
    beyond.add(revision);
    while (beyond.delete(shown + 1)) shown += 1;
  }
  if (newest > shown) window.setTimeout(() => { if (newest > shown) ask(); }, MISSED_MS);
}

function show(answer, { others = false } = {}) {
  noteRevision(answer);
  const box = writing();
  const under = (cell) => box && board().querySelector(`td[data-lane="${cell.lane}"][data-step="${cell.step}"]`)?.contains(box);
  if (others && handling()) {
    later = answer.board === undefined ? [...(later ?? []), { ...answer, others }] : [{ ...answer, others }];
    return;
  }
  if (box && (answer.board !== undefined || (answer.cells ?? []).some(under))) {
    // Drawing now would take the text away that is being written.
    later = answer.board === undefined ? [...(later ?? []), { ...answer, others, focus: {} }] : [{ ...answer, others, focus: {} }];
    showSaved(answer.saved);
    if (answer.said) tell(answer.said);
    return;
  }
  if (answer.board !== undefined) later = null;
  // A board that waits is older than these cells: they are drawn once more after it.
  else if (later && answer.cells) later = [...later, { ...answer, others, focus: {} }];
  if (answer.board !== undefined) {
    const scroll = board().querySelector("[data-map-scroll]");
    const at = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
    board().innerHTML = answer.board;
    const now = board().querySelector("[data-map-scroll]");
    if (now) [now.scrollLeft, now.scrollTop] = at;
    if (answer.tools !== undefined) document.querySelector("[data-tools]").innerHTML = answer.tools;
  }
  for (const cell of answer.cells ?? []) {
    const key = `${cell.lane}/${cell.step}`;
    if (answer.revision && answer.revision < (cellsAt.get(key) ?? 0)) continue; // drawn before what stands there
    if (answer.revision) cellsAt.set(key, answer.revision);
    const place = board().querySelector(`td[data-lane="${cell.lane}"][data-step="${cell.step}"]`);
    if (place) place.innerHTML = cell.html;
  }
  showWaiting();
  if (answer.undo) {
    const button = document.querySelector("[data-undo]");
    if (button) button.disabled = false;
    const redo = document.querySelector("[data-redo]");
    if (redo) redo.disabled = true;
  }
  showSaved(answer.saved);
  if (answer.said) tell(answer.said);
  redraw(answer.focus ?? {}, { others, board: answer.board !== undefined });
}

/** Put the words that wait back onto a board that was drawn without them: the next edit goes on from these. */
function showWaiting() {
  for (const { url, fields } of queue.waiting()) {
    const values = Object.fromEntries(fields);
    const edited = /^\/cards\/([0-9a-f-]{36})\/edit\/$/.exec(url)?.[1];
    const lane = values.id && /^\/lanes\/([0-9a-f-]{36})\/cards\/add\/$/.exec(url)?.[1];
    let card = board().querySelector(`[data-card="${CSS.escape(edited ?? values.id ?? "")}"]`);
    const cell = lane && board().querySelector(`td[data-lane="${lane}"][data-step="${CSS.escape(values.step)}"]`);
    if (!card && cell) {
      card = newNote(values.id, values.text);
      cell.insertBefore(card, cell.querySelector(".cell__ask"));
    }
    if (!card || (!edited && !lane)) continue;
    card.classList.add("is-queued");
    const words = card.querySelector("[data-text]");
    if (words && words.textContent !== values.text && !card.querySelector(".cell__edit")) words.textContent = values.text;
  }
}

/** A card as it is shown until the server has drawn it. */
export function newNote(id, text) {
  const note = document.createElement("div");
  note.className = "note";
  if (id) { note.dataset.card = id; note.dataset.rev = "1"; }
  const words = document.createElement("span");
  words.dataset.text = "";
  words.textContent = text;
  note.append(words);
  return note;
}

let dialogs = Promise.resolve();
/** Ask what to do with two texts for one place, one pair after the other.

Resolves to the text to save, null to keep theirs, undefined when the person left without a choice. */
function collide(current, mine) {
  dialogs = dialogs.then(() => askWhich(current, mine));
  return dialogs;
}

function askWhich(current, mine) {
  const dialog = document.querySelector("[data-collision]");
  dialog.querySelector("[data-theirs]").textContent = current.gone ? texts().gone : current.text;
  const box = dialog.querySelector("[data-mine]");
  box.value = mine;
  dialog.querySelector("[data-keep-mine]").hidden = Boolean(current.gone);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("[data-keep-mine]").onclick = () => { dialog.close(); resolve(box.value); };
    dialog.querySelector("[data-keep-theirs]").onclick = () => { dialog.close(); resolve(null); };
    dialog.oncancel = () => resolve(undefined);
  });
}

// One change after the other: two quick edits of one person must not collide with themselves.
let chain = Promise.resolve();
/** Wait until every change of this page has its answer. */
export const settled = () => chain;

/** Send a change and show the answer. Returns true when it was saved, "queued" when it waits for a connection.

`field` names the text that may collide. Words are kept in the browser before they are sent: the page may be closed, and
a board that is drawn meanwhile still shows them. */
export function send(url, data, options = {}) {
  const body = formOf(data);
  if (options.field && !hasFile(body)) return sendWords(url, body, options.field);
  const job = chain.then(() => sendOrKeep(url, body, options));
  chain = job.catch(() => {});
  return job;
}

const results = new Map(); // key of a change that was kept → what tells its writer how it went, while the page waits for that

function tellWriter(key, result) {
  results.get(key)?.(result);
  results.delete(key);
}

function sendWords(url, body, field) {
  const change = changeOf(url, body, field);
  return new Promise((resolve) => {
    results.set(change.key, resolve);
    queue.keep(change);
    chain = chain.then(flush).catch(() => {}).then(() => tellWriter(change.key, "queued"));
  });
}

function formOf(data) {
  if (data instanceof FormData) return data;
  const body = new FormData();
  for (const [name, value] of Object.entries(data)) body.set(name, value);
  return body;
}

async function sendOrKeep(url, body, { field = null } = {}) {
  // What waits goes first: a later change must not overtake an earlier one.
  if (queue.waiting().length && !(await flush())) return hold(url, body, field);
  let result;
  try {
    result = await exchange(url, body, field);
  } catch {
    return hold(url, body, field);
  }
  return present(result, { url, field });
}

const KEEPALIVE_MAX = 50000; // characters; browsers end larger requests with the page
const hasFile = (body) => [...body.values()].some((value) => value instanceof File && value.size);
const fieldsOf = (body) => [...body.entries()].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
const outlivesPage = (body) => !hasFile(body) && fieldsOf(body).reduce((sum, [, value]) => sum + value.length, 0) < KEEPALIVE_MAX;

const changeOf = (url, body, field) => ({
  url: new URL(url, window.location.href).pathname,
  fields: fieldsOf(body),
  field,
  key: newId(),
});

function hold(url, body, field) {
  if (hasFile(body)) {
    toast(texts().offline, { error: true, seconds: 30 });
    return false;
  }
  queue.keep(changeOf(url, body, field));
  showQueue();
  window.setTimeout(flush, RETRY_SECONDS * 1000);
  return "queued";
}

let flushing = null;
/** Send what waits, in its order. Resolves to true when nothing waits any more. */
export function flush() {
  flushing ??= Promise.resolve(queue.alone(sendWaiting)).then(() => !queue.waiting().length).finally(() => { flushing = null; showQueue(); });
  return flushing;
}

async function sendWaiting() {
  while (queue.waiting().length) {
    let unseen = false;
    for (let change = queue.next(); change; change = queue.next()) {
      const body = new FormData();
      for (const [name, value] of change.fields) body.append(name, value);
      // Its writer still waits: the answer is shown at once, and a refusal gives the words back to where they were written.
      const fresh = results.has(change.key) && queue.waiting().length === 1;
      let result;
      try {
        result = await exchange(change.url, body, change.field);
      } catch {
        window.setTimeout(flush, RETRY_SECONDS * 1000);
        return;
      }
      queue.drop(change, result.revision);
      if (fresh) await present(result, change);
      else if (result.refused) queue.refuse(change, result.refused);
      unseen ||= !fresh;
      tellWriter(change.key, result.saved);
    }
    if (unseen) await refresh(); // more may be kept meanwhile
  }
}

/** Put the board as the server has it now. Without an answer the page stays as it is: what was sent is saved all the same. */
export async function refresh() {
  try {
    const response = await fetch(withFilters(`/journeys/${board().dataset.journey}/board/`), { headers: { "X-Requested-With": "fetch" } });
    if (response.ok) show(await response.json());
  } catch { /* the stream, or the next question, catches up */ }
}

let asking = null;
let askAgain = false;
/** Ask for what the page has missed; nothing comes when it has missed nothing. False: the person may not see the map any more. */
export function ask() {
  if (asking) { askAgain = true; return asking; }
  asking = askOnce().finally(() => {
    asking = null;
    if (askAgain) { askAgain = false; ask(); }
  });
  return asking;
}

async function askOnce() {
  const address = withFilters(`/journeys/${board().dataset.journey}/board/`);
  address.searchParams.set("since", shown);
  try {
    const response = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    if (response.status === 403 || response.status === 404 || response.redirected) return false;
    if (response.status !== 200) return true;
    const answer = await response.json();
    // A change of this page may have been answered meanwhile: what is older than that is not drawn over it.
    if (answer.revision >= shown) show({ ...answer, saved: "" }, { others: true });
  } catch { /* no connection: the stream, or the next question, finds out */ }
  return true;
}

/** Show what somebody else changed, as the stream tells it. */
export function hear({ revision, cells }) {
  if (revision <= shown || beyond.has(revision)) return;
  newest = Math.max(newest, revision);
  if (cells && !new URLSearchParams(window.location.search).get("persona")) show({ revision, cells }, { others: true });
  else ask();
}

/** The filters of this page (period, persona) and its view belong to every answer that redraws the board. */
function withFilters(url) {
  const address = new URL(url, window.location.href);
  const here = new URLSearchParams(window.location.search);
  for (const name of ["period", "persona", "view", "hidden", "fold", "zoom"]) if (here.get(name)) address.searchParams.set(name, here.get(name));
  return address;
}

/** Send a change and return how it went: { saved, answer, revision, stale, page, refused, broken }. Throws without a connection.

Of two texts for one place the person chooses; `stale` says that the page shows neither of what is there now, `broken` that
the words are to be listed, not only the reason. */
async function exchange(url, body, field) {
  const response = await fetch(withFilters(url), {
    method: "POST",
    body,
    keepalive: outlivesPage(body),
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": csrf() },
  });
  if (response.status >= 502 && response.status <= 504) throw new Error("The server cannot be reached.");
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) {
    if (response.status === 422) return { saved: await response.text() };
    // Signed out meanwhile: the words wait until the person has signed in again.
    if (response.redirected && new URL(response.url).pathname.startsWith("/accounts/")) throw new Error("Signed out.");
    if (response.ok && response.redirected) return { saved: true, stale: true, page: response.url };
    return { saved: false, refused: texts().failed, broken: true };
  }
  const answer = await response.json();
  const before = Number(body.get("revision"));
  if (response.ok) return { saved: true, answer, revision: before ? before + 1 : null };
  if (response.status !== 409 || !answer.current || !field) return { saved: false, refused: answer.error.message };
  // Saved before: only the answer was lost.
  if (answer.current.text === body.get(field) && !answer.current.gone) return { saved: true, stale: true, revision: answer.current.revision };
  const text = await collide(answer.current, body.get(field));
  if (text === undefined) return { saved: false, stale: true, refused: texts().undecided, broken: true };
  if (text === null) return { saved: false, stale: true };
  body.set(field, text);
  body.set("revision", answer.current.revision);
  // What waits on the same card was written without the other text: it is asked about as well.
  return { ...(await exchange(url, body, field)), revision: null };
}

/** Show how a change went, to whoever has just made it. */
async function present({ saved, answer, stale, page, refused, broken }, change) {
  if (answer) show(answer);
  if (stale) await refresh();
  if (page && new URL(page).pathname !== window.location.pathname) follow(page);
  if (broken && change.field) {
    // Words are never lost with an error of the server: they are listed, to be copied.
    queue.refuse(change, refused);
    showQueue();
  } else if (refused) toast(refused, { error: true });
  return saved;
}

/** Say one of the page's texts. */
export function say(name) { toast(texts()[name], { error: true }); }

export function start() {
  shown = newest = Number(board().dataset.revision);
  board().addEventListener("pointerdown", () => { pressing = true; });
  for (const name of ["pointerup", "pointercancel", "dragend"]) {
    window.addEventListener(name, () => { pressing = false; window.setTimeout(showLater, 0); });
  }
  window.addEventListener("online", () => flush());
  queue.onOtherTab(showQueue);
  showQueue();
  if (queue.waiting().length) flush();
}
