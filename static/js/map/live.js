// Who else is on this map, where they are, and what they change.

import { toast } from "../app.js";
import { connect } from "../live.js";
import * as grid from "./grid.js";
import * as net from "./net.js";

const GONE_SECONDS = 45; // a page of which nothing was heard for so long is closed, or its server was killed
const SAY_MS = 150;
const LOOK_SECONDS = 60;
const MARK_SECONDS = 3;
const FACES = 5;

const board = () => document.querySelector("[data-board]");
const texts = () => document.querySelector("[data-texts]").dataset;

const pages = new Map(); // page → { who, place, heard }
let changed = []; // cells that somebody has just changed: { cell, who, until }
let line = null; // the stream
let own = ""; // the id of this person

const now = () => Date.now() / 1000;
const addressOf = (cell) => (cell.dataset.id ? `row:${cell.dataset.id}` : cell.dataset.step ? `${cell.dataset.lane}/${cell.dataset.step}` : "");

function cellAt(address = "") {
  if (address.startsWith("row:")) return board().querySelector(`[data-id="${CSS.escape(address.slice(4))}"]`);
  const [lane, step] = address.split("/");
  return lane && step ? board().querySelector(`td[data-lane="${CSS.escape(lane)}"][data-step="${CSS.escape(step)}"]`) : null;
}

function nameOf(address = "") {
  if (address.startsWith("row:")) return cellAt(address)?.querySelector("[data-text]")?.textContent.trim() ?? "";
  const [lane, step] = address.split("/").map((id) => board().querySelector(`th[data-id="${CSS.escape(id)}"] [data-text]`)?.textContent.trim());
  return lane && step ? `${lane} · ${step}` : "";
}

/** The people, each with the page that was heard of last. */
function people() {
  const found = new Map();
  for (const page of pages.values()) {
    const other = found.get(page.who.id);
    if (!other || other.heard < page.heard || (page.place.writing && !other.place.writing)) found.set(page.who.id, page);
  }
  return [...found.values()].sort((one, other) => one.who.name.localeCompare(other.who.name));
}

function tag(cell, who, name) {
  cell.classList.add(name, `here--${who.colour}`);
  cell.dataset.here = [...new Set([...(cell.dataset.here?.split(", ") ?? []), who.initials])].join(", ");
}

/** Mark the cells where the others are, and those that they have just changed. */
export function mark() {
  if (!line) return;
  for (const cell of board().querySelectorAll("[data-here]")) {
    cell.className = cell.className.replace(/\b(?:is-here|is-changed|is-written|here--\d)\b/g, "").replace(/\s+/g, " ").trim();
    delete cell.dataset.here;
  }
  changed = changed.filter((entry) => entry.until > now());
  for (const { address, who } of changed) {
    const cell = cellAt(address);
    if (cell) tag(cell, who, "is-changed");
  }
  for (const { who, place } of people()) {
    const cell = who.id !== own && cellAt(place.cell);
    if (cell) tag(cell, who, place.writing ? "is-written" : "is-here");
  }
}

function face(who) {
  const span = document.createElement("span");
  span.className = `avatar here--${who.colour}`;
  span.textContent = who.initials;
  span.setAttribute("aria-hidden", "true");
  return span;
}

/** The faces in the top bar, and behind them the list of who is where. */
function draw() {
  const menu = document.querySelector("[data-here-menu]");
  if (!menu) return;
  const others = people().filter(({ who }) => who.id !== own);
  menu.hidden = !others.length;
  const summary = menu.querySelector("summary");
  summary.setAttribute("aria-label", (others.length === 1 ? texts().hereOne : texts().hereMany.replace("{count}", others.length)));
  const more = document.createElement("span");
  more.textContent = others.length > FACES ? `+${others.length - FACES}` : "";
  summary.replaceChildren(...others.slice(0, FACES).map(({ who }) => face(who)), more);
  const list = menu.querySelector("[data-here-list]");
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.who : null;
  list.replaceChildren(...others.map(({ who, place }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.who = who.id;
    const where = nameOf(place.cell);
    const text = document.createElement("span");
    const name = document.createElement("strong");
    name.textContent = who.name;
    const said = document.createElement("small");
    said.textContent = where ? (place.writing ? texts().writesAt : texts().isAt).replace("{place}", where) : texts().looksOn;
    text.append(name, said);
    button.append(face(who), text);
    button.disabled = !where;
    button.addEventListener("click", () => { menu.open = false; grid.focusCell(cellAt(place.cell)); });
    return button;
  }));
  if (held) list.querySelector(`[data-who="${CSS.escape(held)}"]`)?.focus();
  mark();
}

function heard(page) {
  pages.set(page.page, { who: page.who, place: page.place, heard: now() });
}

let saying = null;
let place = {};
function say(what) {
  if (what.cell === place.cell && what.writing === place.writing) return;
  place = what;
  saying ??= window.setTimeout(() => { saying = null; line.say(place); }, SAY_MS);
}

function watch() {
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (cell && board().contains(cell)) say({ cell: addressOf(cell), writing: event.target.matches(".cell__edit") });
  });
}

/** What waits in this browser goes first: it may change what there is to ask for. */
async function ask() {
  await net.flush();
  if (!(await net.ask())) line.close();
}

async function takeIn(news) {
  // The answer to an edit of this page brings more than the stream tells of it.
  if (news.by?.id === own) await net.settled();
  else if (news.by) {
    for (const { lane, step } of news.cells ?? []) changed.push({ address: `${lane}/${step}`, who: news.by, until: now() + MARK_SECONDS });
    window.setTimeout(mark, MARK_SECONDS * 1000 + 100);
  }
  const language = document.documentElement.lang;
  const cells = news.cells?.map(({ lane, step, html }) => ({ lane, step, html: html[language] }));
  net.hear({ revision: news.revision, cells: cells?.every((cell) => cell.html !== undefined) ? cells : null });
  mark();
}

function showState(state) {
  const place = document.querySelector("[data-live-state]");
  if (!place) return;
  place.hidden = state === "live";
  place.textContent = state === "polling" ? texts().polling : state === "off" ? texts().off : "";
  if (state === "off") toast(texts().off, { error: true, seconds: 60, action: { label: texts().reload, run: () => window.location.reload() } });
  if (state !== "live") { pages.clear(); draw(); }
}

export function start() {
  const { live: token, liveRenew: renew, who } = board().dataset;
  if (!token) return;
  own = who;
  line = connect({
    token,
    renew,
    onState: showState,
    on: {
      hello: ({ here }) => { pages.clear(); here.forEach(heard); draw(); },
      here: (page) => { heard(page); draw(); },
      left: ({ page }) => { pages.delete(page); draw(); },
      still: ({ pages: open }) => { for (const page of open) if (pages.has(page)) pages.get(page).heard = now(); },
      board: takeIn,
      comments: ({ signs, by }) => document.dispatchEvent(new CustomEvent("cxmap:comments", { detail: { ...signs, heard: by?.id !== own } })),
      ask,
    },
  });
  watch();
  // A broker that answered too late may have told others and not this page: an empty question now and then finds out.
  window.setInterval(() => net.ask(), LOOK_SECONDS * 1000);
  window.setInterval(() => {
    const before = pages.size;
    for (const [page, { heard: at }] of pages) if (at < now() - GONE_SECONDS) pages.delete(page);
    if (pages.size !== before) draw();
  }, 10000);
}
