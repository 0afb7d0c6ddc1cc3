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

const idOf = (url) => url.match(/^\/cards\/([0-9a-f-]{36})\//)?.[1];

/** Keep a change. Later words on the same card replace earlier ones that were not sent either. */
export function keep(change) {
  const list = read("queue");
  const card = idOf(change.url);
  const text = change.fields.find(([name]) => name === "text")?.[1];
  if (card) {
    const added = list.findIndex((other) => other.fields.some(([name, value]) => name === "id" && value === card));
    const edited = list.findIndex((other) => other.url === change.url && change.url.endsWith("/edit/"));
    if (change.url.endsWith("/edit/") && added >= 0) {
      list[added].fields = list[added].fields.map(([name, value]) => (name === "text" ? [name, text] : [name, value]));
      write("queue", list);
      return;
    }
    if (change.url.endsWith("/edit/") && edited >= 0) {
      list[edited].fields = list[edited].fields.map(([name, value]) => (name === "text" ? [name, text] : [name, value]));
      write("queue", list);
      return;
    }
    if (change.url.endsWith("/delete/") && added >= 0) {
      write("queue", list.filter((other, index) => index !== added && idOf(other.url) !== card));
      return;
    }
  }
  list.push(change);
  write("queue", list);
}

export function first() { return read("queue")[0] ?? null; }
export function drop() { write("queue", read("queue").slice(1)); }

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
