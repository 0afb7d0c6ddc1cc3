// Menus, dialogs and the drawer: fragments that pages also have as pages of their own.

import { onFollow, send } from "./net.js";
import { cellAt, focusCell } from "./grid.js";

let popover = null;
let opener = null;

/** Does the keyboard stand in an open menu? A redraw of the board must not take it away. */
export const popoverHasFocus = () => Boolean(popover?.contains(document.activeElement));

export function closePopover({ back = false } = {}) {
  if (!popover) return;
  popover.remove();
  popover = null;
  if (!back || !opener) return;
  if (opener.isConnected) focusCell(opener.closest("[data-cell]") ?? opener);
  else if (opener.dataset.row) focusCell(cellAt(Number(opener.dataset.row), Number(opener.dataset.col))); // drawn anew meanwhile
}

export function openPopover(anchor, content) {
  closePopover();
  opener = anchor;
  popover = document.createElement("div");
  popover.className = "popover";
  popover.setAttribute("role", "group");
  popover.append(content);
  document.body.append(popover);
  const box = anchor.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, window.innerWidth - size.width - 8));
  const top = box.bottom + size.height + 8 > window.innerHeight ? Math.max(8, window.innerHeight - size.height - 8) : box.bottom + 4;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
  popover.querySelector("button, a, input:not([type=hidden])")?.focus();
}

async function fragment(url) {
  const response = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!response.ok) { window.location.assign(url); return null; }
  return response.text();
}

export async function openMenu(link) {
  const html = await fragment(link.href);
  if (html === null) return;
  const box = document.createElement("div");
  box.innerHTML = html;
  openPopover(link.closest("[data-cell]") ?? link, box);
}

export async function openDialog(url) {
  const html = await fragment(url);
  if (html === null) return;
  closePopover();
  const dialog = document.querySelector("[data-dialog-panel]");
  dialog.innerHTML = html;
  const title = dialog.querySelector("h2")?.textContent.replace(/\s+/g, " ").trim();
  if (title) dialog.setAttribute("aria-label", title);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("select, input:not([type=hidden]), textarea")?.focus();
}

let followed = false; // a form was answered by another one, which stands in the dialog now
onFollow((url) => { followed = true; openDialog(url); });

let drawerOpener = null;

export async function openDrawer(url, from = document.activeElement) {
  const html = await fragment(url);
  if (html === null) return;
  drawerOpener = from;
  const drawer = document.querySelector("[data-drawer-panel]");
  drawer.innerHTML = html;
  drawer.hidden = false;
  drawer.scrollTop = 0;
  drawer.focus();
  document.dispatchEvent(new CustomEvent("cxmap:content", { detail: drawer }));
  window.htmx?.process(drawer);
}

export function closeDrawer() {
  const drawer = document.querySelector("[data-drawer-panel]");
  if (!drawer || drawer.hidden) return false;
  drawer.hidden = true;
  drawer.replaceChildren();
  if (drawerOpener?.isConnected) focusCell(drawerOpener.closest("[data-cell]") ?? drawerOpener);
  return true;
}

export function start() {
  // On the way down: the same click may then open the next popover.
  document.addEventListener("click", (event) => {
    if (popover && !popover.contains(event.target)) closePopover();
  }, { capture: true });

  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu-link]");
    const dialogLink = event.target.closest("a[data-dialog]");
    const drawerLink = event.target.closest("a[data-drawer]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (menu) { event.preventDefault(); openMenu(menu); return; }
    if (dialogLink && plain) { event.preventDefault(); openDialog(dialogLink.href); return; }
    if (drawerLink && plain) { event.preventDefault(); openDrawer(drawerLink.href, drawerLink); return; }
    const inDialog = event.target.closest("[data-dialog-panel] a[href]");
    if (inDialog && plain && new URL(inDialog.href).pathname === window.location.pathname) {
      event.preventDefault();
      inDialog.closest("dialog").close();
      return;
    }
    if (event.target.closest("[data-close]")) {
      const open = event.target.closest("dialog");
      if (open) { event.preventDefault(); open.close(); }
      else if (event.target.closest("[data-drawer-panel]")) { event.preventDefault(); closeDrawer(); }
      return;
    }
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-map-form], [data-dialog-panel] form");
    if (!form || event.defaultPrevented || form.method === "dialog") return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const dialog = form.closest("[data-dialog-panel]");
    const field = form.querySelector("[name=text]") ? "text" : form.querySelector("[name=name]") ? "name" : null;
    if (!dialog) closePopover();
    followed = false;
    const answer = await send(form.action, data, { field });
    if (typeof answer === "string" && answer !== "queued" && dialog) dialog.innerHTML = answer;
    else if (answer && dialog && !followed) dialog.close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (popover) { event.preventDefault(); closePopover({ back: true }); return; }
    if (!document.querySelector("dialog[open]")) closeDrawer();
  });

  // Arrows walk through an open menu.
  document.addEventListener("keydown", (event) => {
    if (!popover || !popover.contains(document.activeElement)) return;
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (document.activeElement.matches("input, select")) return;
    const items = [...popover.querySelectorAll("button, a, input, select")].filter((item) => item.type !== "hidden");
    const place = items.indexOf(document.activeElement);
    items[(place + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    event.preventDefault();
  });
}
