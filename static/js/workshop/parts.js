// A screen that the server draws: only the parts that changed are exchanged, so that nobody loses what they are typing.

const TOKENS = /(name="csrfmiddlewaretoken" value=")[^"]*/g; // drawn anew each time, and equally good

const clean = (html) => html.replace(TOKENS, "$1");
const drawn = new Map(); // by name of the part: what the server sent last

function remember(screen) {
  drawn.clear();
  for (const part of screen.querySelectorAll("[data-part]")) drawn.set(part.dataset.part, clean(part.outerHTML));
}

/** Note what the page came with; before anything else touches it. */
export function begin(box) {
  remember(box.querySelector("[data-parts]"));
}

const isTyping = (part) => {
  const field = document.activeElement;
  return part.contains(field) && field.matches("textarea, input:not([type=checkbox], [type=radio]), select");
};

/** Put a new drawing into the box. Returns "whole", "parts" or "" (nothing was new).

`own` is the answer to what this person just sent: then nobody is typing any more. */
export function exchange(box, html, { own = false } = {}) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-parts]");
  if (!fresh) return "";
  const screen = box.querySelector("[data-parts]");
  const names = (root) => [...root.querySelectorAll("[data-part]")].map((part) => part.dataset.part).join();
  if (fresh.dataset.screen !== screen.dataset.screen || names(fresh) !== names(screen)) {
    const moved = fresh.dataset.screen !== screen.dataset.screen;
    remember(fresh);
    screen.replaceWith(fresh);
    return moved ? "whole" : "parts";
  }
  Object.assign(screen.dataset, fresh.dataset);
  let changed = "";
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    const old = screen.querySelector(`[data-part="${name}"]`);
    if (clean(part.outerHTML) === drawn.get(name)) continue;
    if (old.hasAttribute("data-keep") || (!own && isTyping(old))) continue; // comes along with the next change
    drawn.set(name, clean(part.outerHTML));
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolls = [...old.querySelectorAll(".people")].map((list) => list.scrollTop);
    const ticked = new Set([...old.querySelectorAll("input[name=note]:checked")].map((box) => box.value));
    old.replaceWith(part);
    part.querySelectorAll(".people").forEach((list, at) => { list.scrollTop = scrolls[at] ?? 0; });
    for (const one of part.querySelectorAll("input[name=note]")) one.checked = ticked.has(one.value);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
    changed = "parts";
  }
  return changed;
}
