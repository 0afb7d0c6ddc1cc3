// A small picture of a map that is larger than the window; a press goes there. The keyboard has Ctrl with arrows and the palette.

const board = () => document.querySelector("[data-board]");
const STORED = "cxmap.overview";
let box = null;
let picture = null; // the map without the frame: scrolling only moves the frame

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

const off = () => box.classList.contains("minimap--off");

export function draw() {
  const scroll = board().querySelector("[data-map-scroll]");
  if (!box || !scroll) return;
  const [wide, high] = [scroll.scrollWidth, scroll.scrollHeight];
  const larger = wide > scroll.clientWidth * 1.6 || high > scroll.clientHeight * 2.5;
  box.hidden = !larger || window.innerWidth < 700 || scroll.querySelector(".map--alone") !== null;
  if (box.hidden || off()) return;
  const factor = Math.min(200 / wide, 120 / high);
  const canvas = box.firstElementChild;
  picture ??= document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  picture.width = canvas.width = wide * factor * ratio;
  picture.height = canvas.height = high * factor * ratio;
  canvas.style.width = `${wide * factor}px`;
  canvas.style.height = `${high * factor}px`;
  const pen = picture.getContext("2d");
  pen.scale(factor * ratio, factor * ratio);
  pen.fillStyle = colour("--paper-2");
  pen.fillRect(0, 0, wide, high);
  const origin = scroll.getBoundingClientRect();
  const at = (element) => {
    const own = element.getBoundingClientRect();
    return [own.left - origin.left + scroll.scrollLeft, own.top - origin.top + scroll.scrollTop, own.width, own.height];
  };
  pen.fillStyle = colour("--line-2");
  for (const head of board().querySelectorAll(".map__stage")) { const [x, , w, h] = at(head); pen.fillRect(x + 4, 0, w - 8, h); }
  pen.fillStyle = colour("--accent");
  for (const card of board().querySelectorAll("td [data-card], .kpi")) { const [x, y, w, h] = at(card); pen.fillRect(x, y, w, Math.max(h - 6, 6)); }
  pen.fillStyle = colour("--worse");
  for (const card of board().querySelectorAll(".painnote")) { const [x, y, w, h] = at(card); pen.fillRect(x, y, w, Math.max(h - 6, 6)); }
  box.dataset.factor = String(factor);
  frame();
}

/** Show which part of the map is in the window. */
function frame() {
  const scroll = board().querySelector("[data-map-scroll]");
  if (!scroll || !picture || box.hidden || off()) return;
  const pen = box.firstElementChild.getContext("2d");
  const factor = Number(box.dataset.factor);
  const scale = factor * (window.devicePixelRatio || 1);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.drawImage(picture, 0, 0);
  pen.scale(scale, scale);
  pen.strokeStyle = colour("--ink");
  pen.lineWidth = 2 / factor;
  pen.strokeRect(scroll.scrollLeft, scroll.scrollTop, scroll.clientWidth, scroll.clientHeight);
}

let waiting = 0;
function soon() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(draw, 120);
}

let moving = 0;
function follow(event) {
  if (moving || !event.target.matches?.("[data-map-scroll]")) return;
  moving = requestAnimationFrame(() => { moving = 0; frame(); });
}

/** Put the picture away, or show it again; remembered in this browser. */
export function toggle() {
  window.localStorage.setItem(STORED, box.classList.toggle("minimap--off") ? "off" : "on");
  draw();
}

/** `name` is what its button does, in words. */
export function start(name) {
  box = document.createElement("div");
  box.className = "minimap no-print";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "minimap__toggle";
  button.tabIndex = -1;
  button.title = name;
  button.addEventListener("pointerdown", (event) => event.stopPropagation());
  button.addEventListener("click", toggle);
  box.append(document.createElement("canvas"), button);
  box.classList.toggle("minimap--off", window.localStorage.getItem(STORED) === "off");
  document.body.append(box);
  const go = (event) => {
    if (off()) return;
    const scroll = board().querySelector("[data-map-scroll]");
    const own = box.firstElementChild.getBoundingClientRect();
    const factor = Number(box.dataset.factor);
    scroll.scrollTo({ left: (event.clientX - own.left) / factor - scroll.clientWidth / 2, top: (event.clientY - own.top) / factor - scroll.clientHeight / 2 });
  };
  box.addEventListener("pointerdown", (event) => { box.setPointerCapture(event.pointerId); go(event); });
  box.addEventListener("pointermove", (event) => { if (event.buttons & 1) go(event); });
  document.addEventListener("scroll", follow, { capture: true, passive: true });
  window.addEventListener("resize", soon);
  soon();
}
