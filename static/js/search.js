// The search box of every page: opens on its button or "/", lists results while one types, arrows choose, Enter goes there.

const dialog = document.querySelector("[data-search]");
const input = dialog?.querySelector("input[type=search]");
const list = dialog?.querySelector("[data-search-list]");
const status = dialog?.querySelector("[data-search-status]");
let options = [];
let at = -1;
let asked = null; // the request under way; a newer one takes its place
let timer = 0;

function choose(number) {
  options[at]?.setAttribute("aria-selected", "false");
  at = number;
  options[at]?.setAttribute("aria-selected", "true");
  options[at]?.scrollIntoView({ block: "nearest" });
  if (at >= 0) input.setAttribute("aria-activedescendant", options[at].id);
  else input.removeAttribute("aria-activedescendant");
}

function show(html) {
  list.innerHTML = html;
  options = [...list.querySelectorAll("[role=option]")];
  input.setAttribute("aria-expanded", String(options.length > 0));
  list.hidden = html === "";
  at = -1;
  choose(options.length ? 0 : -1);
  status.textContent = options.length ? "" : list.textContent.trim();
}

async function ask() {
  asked?.abort();
  const words = input.value.trim();
  if (!words) { show(""); return; }
  asked = new AbortController();
  const address = new URL(input.form.action);
  address.searchParams.set("q", words);
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (response.ok) show(await response.text());
    else if (response.redirected || response.status === 404) window.location.reload();
  } catch (error) {
    // Without a connection Enter still sends the form, which says what is wrong.
    if (error.name !== "AbortError") show("");
  }
}

function open() {
  if (dialog.open) return;
  dialog.showModal();
  input.select();
  if (input.value) ask();
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-search-open]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) { event.preventDefault(); open(); }
    else if (event.target === dialog) dialog.close();
  });
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 160); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (options.length) choose((at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length);
    } else if (event.key === "Enter" && options[at] && !event.isComposing) {
      event.preventDefault();
      options[at].click();
      dialog.close();
    }
  });
  // "/" belongs to the palette on a map, where "Search the workspace" leads here.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog") || document.querySelector("[data-palette]")) return;
    if (window.localStorage.getItem("cxmap.letters") === "off") return;
    event.preventDefault();
    open();
  });
  document.addEventListener("cxmap:search", open);
}
