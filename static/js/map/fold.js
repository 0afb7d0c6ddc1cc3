// Lanes folded to their name. Which ones stands in the address, so that a view kept under a name or sent to somebody has it.

const board = () => document.querySelector("[data-board]");
const LAYOUT = ["hidden", "fold", "zoom"];

/** Put a part of the layout into the address, and into the links that lead to other views of the same journey. */
export function keep(name, value) {
  const written = (href) => {
    const url = new URL(href, window.location.href);
    if (value) url.searchParams.set(name, value); else url.searchParams.delete(name);
    return url;
  };
  window.history.replaceState(window.history.state, "", written(window.location.href));
  for (const link of document.querySelectorAll("[data-views] a")) link.href = written(link.href);
}

const folded = () => new Set((new URLSearchParams(window.location.search).get("fold") ?? "").split(".").filter(Boolean));
const label = (row) => row.querySelector("th[data-kind=lane]");

/** Draw the lanes as the address says; called after every redraw. */
export function apply() {
  const names = folded();
  for (const row of board().querySelectorAll("tr.map__lane")) {
    const closed = names.has(label(row).dataset.ref);
    row.classList.toggle("is-folded", closed);
    row.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!closed));
  }
}

let redrawn = () => {};

export function toggle(row) {
  const names = folded();
  const ref = label(row).dataset.ref;
  if (!names.delete(ref)) names.add(ref);
  keep("fold", [...names].join("."));
  apply();
  redrawn();
}

export function unfoldAll() {
  keep("fold", "");
  apply();
  redrawn();
}

export function start(after) {
  redrawn = after;
  board().addEventListener("click", (event) => {
    const row = event.target.closest("tr.map__lane");
    if (event.target.closest("[data-fold]")) { event.stopPropagation(); toggle(row); }
    else if (row?.classList.contains("is-folded") && event.target.closest("td")) { event.stopPropagation(); toggle(row); }
  }, { capture: true });
  board().addEventListener("keydown", (event) => {
    const row = event.target.closest("tr.map__lane");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target === label(row)) { event.preventDefault(); event.stopPropagation(); toggle(row); }
    // Nobody writes into a lane without seeing it.
    else if (row.classList.contains("is-folded") && event.target.matches("td") && (event.key === "F2" || event.key === "Enter" || event.key.length === 1)) toggle(row);
  }, { capture: true });
  // The forms of period and persona know nothing of the layout.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const here = new URLSearchParams(window.location.search);
    if (form.matches(".maphead form[method=get]")) {
      for (const name of LAYOUT) {
        if (!here.get(name) || form.elements[name]) continue;
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value: here.get(name) });
        form.append(field);
      }
    }
  });
  apply();
}
