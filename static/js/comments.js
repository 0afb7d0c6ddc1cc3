// The panel of comments, beside a map and on its own page: acts stay in it, names are offered behind an @, and what was
// typed is kept until it is sent.

import { toast } from "./app.js";
import * as mentions from "./mentions.js";

const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const draftKey = (form) => `cxmap.comment ${form.dataset.draft}`;

/** Make a panel ready that has just come: what was typed before, and what the signs on a board show from now on. */
function dress(root) {
  const panel = root.matches?.("[data-comments]") ? root : root.querySelector?.("[data-comments]");
  if (!panel) return;
  for (const form of panel.querySelectorAll("form[data-draft]")) {
    const box = form.querySelector("textarea");
    if (!box.value) box.value = window.sessionStorage.getItem(draftKey(form)) ?? "";
  }
  mentions.dress(panel);
  const signs = panel.querySelector("#comment-signs");
  if (signs) document.dispatchEvent(new CustomEvent("cxmap:comments", { detail: JSON.parse(signs.textContent) }));
}

const parsed = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
};

/** Ask for something of the panel. Resolves to the new element, or null after saying that it did not work. */
async function ask(panel, url, options = {}, { quiet = false } = {}) {
  try {
    const response = await fetch(url, { ...options, headers: { "HX-Request": "true", ...(options.method ? { "X-CSRFToken": csrf() } : {}) } });
    if (response.ok || [403, 409, 422].includes(response.status)) {
      const fresh = parsed(await response.text());
      if (fresh?.matches("[data-comments], form[data-comment]")) return { fresh, ok: response.ok };
    }
  } catch { /* no connection: told below, the text stays where it is */ }
  if (!quiet) toast(panel.dataset.failed, { error: true });
  return null;
}

function place(panel, { fresh, ok }, { write = false, edited = null } = {}) {
  if (fresh.matches("form")) {
    // One's own comment as a form, in its place; or that form again, with what is wrong.
    (edited ?? panel).replaceWith(fresh);
    const box = fresh.querySelector("textarea");
    mentions.dress(fresh);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    return;
  }
  panel.replaceWith(fresh);
  dress(fresh);
  const said = fresh.dataset.said;
  if (said) toast(said);
  const wrong = fresh.querySelector("[aria-invalid=true]");
  if (!ok && wrong) wrong.focus();
  else if (write) fresh.querySelector("textarea")?.focus();
  else fresh.querySelector("[data-panel-title]")?.focus();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-comments] a[data-panel], [data-comments] a[data-edit]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const panel = link.closest("[data-comments]");
  const answer = await ask(panel, link.href);
  if (answer) place(panel, answer, { write: link.hasAttribute("data-write"), edited: link.closest("[data-comment]") });
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-comments] form");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes"; // a second press says nothing twice
  mentions.settle(form);
  const panel = form.closest("[data-comments]");
  const answer = await ask(panel, form.action, { method: "POST", body: new FormData(form) });
  delete form.dataset.sent;
  if (!answer) return;
  if (answer.ok && form.dataset.draft) window.sessionStorage.removeItem(draftKey(form));
  place(panel, answer, { edited: form.matches("[data-comment]") ? form : null });
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-comments] form[data-draft]");
  if (!form || event.target.tagName !== "TEXTAREA") return;
  if (event.target.value) window.sessionStorage.setItem(draftKey(form), event.target.value);
  else window.sessionStorage.removeItem(draftKey(form));
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-comments] textarea");
  if (!box || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); box.form.requestSubmit(); }
});

// Somebody else said something: an open panel shows it, unless it is being written in.
document.addEventListener("cxmap:comments", async ({ detail }) => {
  const panel = document.querySelector("[data-comments]");
  if (!detail.heard || !panel || panel.querySelector("form[data-comment]") || panel.contains(document.activeElement?.closest("textarea"))) return;
  const scrolled = panel.parentElement.scrollTop;
  const held = panel.contains(document.activeElement);
  const answer = await ask(panel, panel.dataset.here, {}, { quiet: true });
  if (!answer?.ok || !panel.isConnected) return;
  panel.replaceWith(answer.fresh);
  dress(answer.fresh);
  answer.fresh.parentElement.scrollTop = scrolled;
  if (held) answer.fresh.querySelector("[data-panel-title]")?.focus();
});

document.addEventListener("cxmap:content", (event) => dress(event.detail));
document.documentElement.classList.add("has-mentions");
mentions.start();
dress(document);
