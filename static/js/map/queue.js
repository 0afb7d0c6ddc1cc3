// Changes that wait to be sent: kept in the browser in their order, per map and person, shared by its tabs, never dropped.

const board = () => document.querySelector("[data-board]");
const key = (name) => `cxmap.${name}.${board().dataset.who}.${board().dataset.journey}`;
const unkept = new Map(); // lists that the browser does not keep (no room, or it is forbidden): this page has them

function read(name) {
  if (unkept.has(name)) return unkept.get(name);
  try {
    const found = JSON.parse(window.localStorage.getItem(key(name)) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function write(name, list) {
  try {
    if (list.length) window.localStorage.setItem(key(name), JSON.stringify(list));
    else window.localStorage.removeItem(key(name));
    unkept.delete(name);
  } catch {
    unkept.set(name, list);
  }
}

export const waiting = () => read("queue");
export const refused = () => read("refused");

const isEdit = (change) => change.url.endsWith("/edit/");
const valueOf = (change, name) => change.fields.find(([other]) => other === name)?.[1];
const withValue = (change, name, value) => ({ ...change, fields: change.fields.map(([other, old]) => [other, other === name ? value : old]) });

/** Keep a change. Later words on a card replace earlier ones that nobody has begun to send, in this tab or another.

A card that was added is not given new words that way: it may be on the server already, with only its answer lost. */
export function keep(change) {
  const list = read("queue");
  const before = isEdit(change) ? list.findIndex((other) => other.url === change.url && !other.sent) : -1;
  if (before >= 0) list[before] = withValue(list[before], "text", valueOf(change, "text"));
  else list.push(change);
  write("queue", list);
}

const mark = (wanted, sent) => write("queue", read("queue").map((change) => (change.key === wanted ? { ...change, sent } : change)));

/** The change to send next; from here on nothing is added to it. */
export function next() {
  const change = read("queue")[0] ?? null;
  if (change) mark(change.key, true);
  return change;
}

/** Take a change that has its answer out of the queue.

`revision` is what the card has now: what waits on the same card goes on from it. Without one the change was not taken,
and what builds on it must be asked about in its turn. */
export function drop(done, revision = null) {
  const rest = read("queue").filter((change) => change.key !== done.key);
  const followed = revision ?? valueOf(done, "revision");
  write("queue", rest.map((change) => (isEdit(done) && change.url === done.url && followed !== undefined
    ? withValue(change, "revision", String(followed)) : change)));
}

/** Put words that were not taken aside, with the reason: the person copies or discards them. */
export function refuse(change, reason) {
  write("refused", [...read("refused"), { ...change, reason }]);
}

export function forget(change) {
  write("refused", read("refused").filter((other) => other.key !== change.key));
}

/** Say what is to be done when another tab has changed what waits. */
export function onOtherTab(callback) {
  window.addEventListener("storage", (event) => { if ([key("queue"), key("refused")].includes(event.key)) callback(); });
}

/** Run a job in one tab of this browser at a time. */
export function alone(job) {
  if (!navigator.locks) return job();
  return navigator.locks.request(key("queue"), { ifAvailable: true }, (lock) => (lock ? job() : null));
}
