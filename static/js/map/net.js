// Talking to the server: one way to send a change, one way to show its answer.

import { toast } from "../app.js";

const board = () => document.querySelector("[data-board]");
const texts = () => document.querySelector("[data-texts]")?.dataset ?? {};
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

let redraw = () => {};
/** Say what is to be done after the board was put in place anew. */
export function onRedraw(callback) { redraw = callback; }

function showSaved(text) {
  const label = document.querySelector("[data-saved]");
  if (!label || !text) return;
  label.hidden = false;
  label.textContent = text;
}

function undo() {
  const button = document.querySelector("[data-undo]");
  if (button) button.form.requestSubmit();
}

function show(answer) {
  if (answer.board !== undefined) {
    const scroll = board().querySelector("[data-map-scroll]");
    const at = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
    board().innerHTML = answer.board;
    const now = board().querySelector("[data-map-scroll]");
    if (now) [now.scrollLeft, now.scrollTop] = at;
    if (answer.tools !== undefined) document.querySelector("[data-tools]").innerHTML = answer.tools;
  }
  for (const cell of answer.cells ?? []) {
    const place = board().querySelector(`td[data-lane="${cell.lane}"][data-step="${cell.step}"]`);
    if (place) place.innerHTML = cell.html;
  }
  if (answer.undo) {
    const button = document.querySelector("[data-undo]");
    if (button) button.disabled = false;
    const redo = document.querySelector("[data-redo]");
    if (redo) redo.disabled = true;
  }
  showSaved(answer.saved);
  if (answer.said) {
    const canUndo = !document.querySelector("[data-undo]")?.disabled;
    toast(answer.said, { action: canUndo ? { label: texts().undo, run: undo } : null });
  }
  redraw(answer.focus ?? {});
}

/** Ask what to do with two texts for one place; resolves to the text to save, or null to keep theirs. */
function collide(current, mine) {
  const dialog = document.querySelector("[data-collision]");
  dialog.querySelector("[data-theirs]").textContent = current.text;
  const box = dialog.querySelector("[data-mine]");
  box.value = mine;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("[data-keep-mine]").onclick = () => { dialog.close(); resolve(box.value); };
    dialog.querySelector("[data-keep-theirs]").onclick = () => { dialog.close(); resolve(null); };
    dialog.oncancel = () => resolve(null);
  });
}

// One change after the other: two quick edits of one person must not collide with themselves.
let queue = Promise.resolve();

/** Send a change and show the answer. Returns true when it was saved. `field` names the text that may collide. */
export function send(url, data, options = {}) {
  const job = queue.then(() => post(url, data, options));
  queue = job.catch(() => {});
  return job;
}

async function post(url, data, { field = null } = {}) {
  const body = data instanceof FormData ? data : new FormData();
  if (!(data instanceof FormData)) for (const [name, value] of Object.entries(data)) body.set(name, value);
  let response;
  try {
    const address = new URL(url, window.location.href);
    const period = new URLSearchParams(window.location.search).get("period");
    if (period) address.searchParams.set("period", period);
    response = await fetch(address, {
      method: "POST",
      body,
      headers: { "X-Requested-With": "fetch", "X-CSRFToken": csrf() },
    });
  } catch {
    toast(texts().offline, { error: true, seconds: 30, action: { label: texts().retry, run: () => send(url, body, { field }) } });
    return false;
  }
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) {
    if (response.status === 422) return response.text();
    toast(texts().failed, { error: true });
    return false;
  }
  const answer = await response.json();
  if (response.ok) {
    show(answer);
    return true;
  }
  if (response.status === 409 && answer.current && field) {
    const text = await collide(answer.current, body.get(field));
    if (text === null) { window.location.reload(); return false; }
    body.set(field, text);
    body.set("revision", answer.current.revision);
    return post(url, body, { field });
  }
  toast(answer.error.message, { error: true });
  return false;
}
