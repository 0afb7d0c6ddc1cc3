// Changes that could not be sent: kept in the browser in their order, sent when the connection is back, never dropped.

const board = () => document.querySelector("[data-board]");
const key = (name) => `cxmap.${name}.${board().dataset.journey}`;

function read(name) {
  try {
    const found = JSON.parse(window.localStorage.getItem(key(name)) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function write(name, list) {
  if (list.length) window.localStorage.setItem(key(name), JSON.stringify(list));
  else window.localStorage.removeItem(key(name));
}

export const waiting = () => read("queue");
export const refused = () => read("refused");

let onItsWay = null; // the change that is being sent, as text: nothing is added to it any more

const isEdit = (change) => change.url.endsWith("/edit/");
const valueOf = (change, name) => change.fields.find(([other]) => other === name)?.[1];
const withValue = (change, name, value) => ({ ...change, fields: change.fields.map(([other, old]) => [other, other === name ? value : old]) });

/** Keep a change. Later words on a card replace earlier ones that have not begun to be sent.

A card that was added is not given new words that way: it may be on the server already, with only its answer lost. */
export function keep(change) {
  const list = read("queue");
  const before = isEdit(change) ? list.findIndex((other) => other.url === change.url && JSON.stringify(other) !== onItsWay) : -1;
  if (before >= 0) list[before] = withValue(list[before], "text", valueOf(change, "text"));
  else list.push(change);
  write("queue", list);
}

/** The change to send next. */
export function next() {
  const change = read("queue")[0] ?? null;
  onItsWay = change && JSON.stringify(change);
  return change;
}

/** It could not be sent: it goes on waiting. */
export function putBack() { onItsWay = null; }

/** It was sent: it leaves the queue, and what waits on the same card goes on from it. */
export function drop() {
  const [sent, ...rest] = read("queue");
  onItsWay = null;
  const revision = isEdit(sent) ? valueOf(sent, "revision") : null;
  write("queue", rest.map((other) => (revision && other.url === sent.url && valueOf(other, "revision") === revision
    ? withValue(other, "revision", String(Number(revision) + 1)) : other)));
}

/** Put a change that the server will never take aside, with the reason: the person copies or discards its text. */
export function refuse(change, reason) {
  write("refused", [...read("refused"), { ...change, reason }]);
}

export function forget(index) {
  write("refused", read("refused").filter((_change, place) => place !== index));
}

/** Run a job in one tab of this browser at a time. */
export function alone(job) {
  if (!navigator.locks) return job();
  return navigator.locks.request(key("queue"), { ifAvailable: true }, (lock) => (lock ? job() : null));
}
