// Behaviour shared by all pages: menus close on Escape or a click elsewhere, forms confirm, toasts announce.

/** Say something at the bottom of the page; `action` may offer one button ({label, run}). */
export function toast(text, { action = null, error = false, seconds = 8 } = {}) {
  const box = document.querySelector("[data-toasts]");
  if (!box) return;
  const item = document.createElement("div");
  item.className = error ? "toast toast--error" : "toast";
  const span = document.createElement("span");
  span.textContent = text;
  item.append(span);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => { item.remove(); action.run(); });
    item.append(button);
  }
  box.replaceChildren(item);
  window.setTimeout(() => item.remove(), seconds * 1000);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A menu opens to the side where there is room.
document.addEventListener("toggle", (event) => {
  const list = event.target.matches?.("details[data-menu][open]") && event.target.querySelector(":scope > .menu__list");
  if (!list) return;
  list.classList.remove("is-left");
  if (list.getBoundingClientRect().left < 0) list.classList.add("is-left");
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A menu hangs at the right end of its button, or at the left one where it would leave the window.
document.addEventListener("toggle", (event) => {
  const list = event.target.matches("details[data-menu][open]") ? event.target.querySelector(".menu__list") : null;
  if (list?.getBoundingClientRect().left < 0) list.classList.add("menu__list--left");
}, { capture: true });

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A select or checkbox that filters a page sends its form by itself.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(button.dataset.copied);
});

/** Give the cells of stacked tables the words of their columns: on a phone they stand before each value. */
function labelCells(root) {
  for (const table of root.querySelectorAll("table.table--stack")) {
    const labels = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, at) => { cell.dataset.label = labels[at] || ""; });
    }
  }
}
labelCells(document);
document.addEventListener("htmx:afterSwap", (event) => labelCells(event.target));

// V, then a number: the views of a journey in the order of their tabs. By place of the keys, whatever they print.
let waitingForView = 0;
document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, input, select, [data-typed], [data-quick]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (window.localStorage.getItem("cxmap.letters") === "off") return;
  if (event.code === "KeyV") { waitingForView = Date.now(); return; }
  const number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (number && Date.now() - waitingForView < 1500) {
    event.preventDefault();
    event.stopPropagation();
    document.querySelectorAll("[data-views] a")[Number(number) - 1]?.click();
  }
  waitingForView = 0;
}, { capture: true });
