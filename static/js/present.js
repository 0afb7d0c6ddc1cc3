// The presentation: one stage at a time, by keys, buttons or the address; without this script it is one long page.

const root = document.querySelector("[data-present]");
const slides = [...root.querySelectorAll("[data-slide]")];
const place = root.querySelector("[data-place]");
let at = 0;

function show(index, { focus = true } = {}) {
  at = Math.max(0, Math.min(slides.length - 1, index));
  slides.forEach((slide, number) => { slide.classList.toggle("is-away", number !== at); });
  place.textContent = `${at + 1} / ${slides.length}`;
  root.querySelector('[data-move="-1"]').disabled = at === 0;
  root.querySelector('[data-move="1"]').disabled = at === slides.length - 1;
  window.history.replaceState(null, "", `#${slides[at].id}`);
  window.scrollTo(0, 0);
  root.scrollTo(0, 0);
  if (focus) slides[at].focus({ preventScroll: true });
}

const fromAddress = () => Math.max(0, slides.findIndex((slide) => `#${slide.id}` === window.location.hash));

async function toggleFullscreen() {
  if (document.fullscreenElement) { await document.exitFullscreen(); return; }
  // Where the browser refuses, the page without its frame is the next best.
  try { await root.requestFullscreen(); } catch { document.body.classList.toggle("is-presenting"); }
}

root.classList.add("present--one");
root.querySelector("[data-moves]").hidden = false;
root.addEventListener("click", (event) => {
  const move = event.target.closest("[data-move]");
  if (move) show(at + Number(move.dataset.move));
  else if (event.target.closest("[data-fullscreen]")) toggleFullscreen();
});
window.addEventListener("hashchange", () => show(fromAddress()));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const moves = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
  if (event.key in moves) show(at + moves[event.key]);
  else if (event.key === " " && !event.target.closest("a, button, summary")) show(at + (event.shiftKey ? -1 : 1));
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(slides.length - 1);
  else if (event.code === "KeyF") toggleFullscreen();
  else if (event.key === "Escape" && !document.fullscreenElement && !document.querySelector("details[data-menu][open]")) {
    if (document.body.classList.contains("is-presenting")) document.body.classList.remove("is-presenting");
    else window.location.assign(root.dataset.back);
  } else return;
  event.preventDefault();
});
show(fromAddress(), { focus: false });
