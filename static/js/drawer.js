// The drawer on pages that are not the map: a link with data-drawer opens its page's fragment at the side.

const drawer = document.querySelector("[data-drawer-panel]");
let opener = null;

async function open(link) {
  const response = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!response.ok) { window.location.assign(link.href); return; }
  opener = link;
  drawer.innerHTML = await response.text();
  drawer.hidden = false;
  drawer.scrollTop = 0;
  drawer.focus();
  document.dispatchEvent(new CustomEvent("cxmap:content", { detail: drawer }));
}

function close() {
  if (drawer.hidden) return;
  drawer.hidden = true;
  drawer.replaceChildren();
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) { event.preventDefault(); open(link); }
  else if (event.target.closest("[data-drawer-panel] [data-close]")) { event.preventDefault(); close(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("details[data-menu][open]")) close();
});
