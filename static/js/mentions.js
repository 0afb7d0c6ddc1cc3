// Names of members behind an @: typed in a text box, chosen with arrows, Enter or a click. Without scripts the list of
// members under the box does the same (templates/journeys/_comment_fields.html); here it only keeps what was chosen.

const SHOWN = 8; // names at once
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const people = (box) => box.form?.querySelector("[data-people]");

let list = null; // {box, items, at, from}: what is offered at the moment

/** Remember which of the chosen members stand in the text already: they are let go of when their name is taken out. */
export function dress(root) {
  for (const box of root.querySelectorAll("textarea[data-mentions]")) {
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    for (const option of people(box)?.selectedOptions ?? []) {
      if (box.value.includes(`@${option.text}`)) option.dataset.typed = "yes";
    }
  }
}

/** Let go of members whose names were typed and taken out again. */
export function settle(form) {
  close();
  const box = form.querySelector("textarea[data-mentions]");
  for (const option of (box && people(box)?.options) ?? []) {
    if (option.dataset.typed && !box.value.includes(`@${option.text}`)) { option.selected = false; delete option.dataset.typed; }
  }
}

function say(box, text) {
  const status = box.closest("[data-comments]")?.querySelector("[data-people-status]");
  if (status) status.textContent = text;
}

function close() {
  if (!list) return;
  list.box.removeAttribute("aria-activedescendant");
  list.box.removeAttribute("aria-controls");
  list.element.remove();
  list = null;
}

/** What stands behind the @ before the caret: its place and the words, or null. */
function asked(box) {
  if (box.selectionStart !== box.selectionEnd) return null;
  const found = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N}_.'’-]*(?: [\p{L}\p{N}_.'’-]*){0,3})$/u.exec(box.value.slice(0, box.selectionStart));
  return found ? { words: found[1], from: box.selectionStart - found[1].length } : null;
}

function offer(box) {
  const question = asked(box);
  const options = question ? [...(people(box)?.options ?? [])] : [];
  const words = fold(question?.words ?? "");
  const starts = options.filter((option) => fold(option.text).startsWith(words));
  const within = options.filter((option) => !starts.includes(option) && fold(option.text).split(/[\s-]/).some((part) => words && part.startsWith(words)));
  const found = [...starts, ...within].slice(0, SHOWN);
  // A name that is written in full needs no list any more.
  if (!found.length || (words && found.length === 1 && words === fold(found[0].text))) { close(); return; }
  close();
  const element = document.createElement("ul");
  element.className = "people";
  element.id = `${box.id}-list`;
  element.setAttribute("role", "listbox");
  element.setAttribute("aria-label", box.form.querySelector("label[for$=people]")?.firstChild.textContent.trim() ?? "@");
  found.forEach((option, index) => {
    const item = document.createElement("li");
    item.id = `${element.id}-${index}`;
    item.setAttribute("role", "option");
    item.textContent = option.text;
    // The box keeps the focus.
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(index); });
    element.append(item);
  });
  box.after(element);
  box.setAttribute("aria-controls", element.id);
  list = { box, element, found, from: question.from, at: 0 };
  mark(0);
  const texts = box.closest("[data-comments]")?.dataset;
  if (texts) say(box, found.length === 1 ? texts.peopleOne : texts.peopleMany.replace("{count}", found.length));
}

function mark(at) {
  list.at = (at + list.found.length) % list.found.length;
  [...list.element.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === list.at)));
  const item = list.element.children[list.at];
  item.scrollIntoView({ block: "nearest" });
  list.box.setAttribute("aria-activedescendant", item.id);
}

function choose(index) {
  const { box, found, from } = list;
  const option = found[index];
  close();
  const rest = box.value.slice(box.selectionStart);
  const gap = rest.startsWith(" ") ? "" : " ";
  box.setRangeText(`${option.text}${gap}`, from, box.selectionStart, "end");
  option.selected = true;
  option.dataset.typed = "yes";
  say(box, option.text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-mentions]")) offer(event.target);
  });
  document.addEventListener("focusout", (event) => { if (list?.box === event.target) close(); });
  // On the way down: Escape closes the list, not the drawer; Enter chooses and begins no new line.
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== list.box || event.isComposing) return;
    const act = {
      ArrowDown: () => mark(list.at + 1),
      ArrowUp: () => mark(list.at - 1),
      Enter: () => choose(list.at),
      Tab: () => choose(list.at),
      Escape: close,
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }, { capture: true });
}
