// The clock of a round. The server says when it ends, and with each answer what time it is there: clocks of phones differ.

let ahead = 0; // milliseconds that the server's clock is ahead of ours

/** Learn the server's time from an answer. */
export function tune(response) {
  const date = Date.parse(response.headers.get("Date") || "");
  if (!Number.isNaN(date)) ahead = date + 500 - Date.now(); // the header is cut to seconds
}

const text = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function tick() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const box = clock.closest(".clock");
    const left = clock.dataset.ends ? Math.ceil(Number(clock.dataset.ends) - (Date.now() + ahead) / 1000) : Number(clock.dataset.left);
    const words = left > 0 || !clock.dataset.over ? text(Math.max(0, left)) : clock.dataset.over;
    if (clock.textContent !== words) clock.textContent = words;
    box.classList.toggle("clock--last", left > 0 && left <= 30 && Boolean(clock.dataset.ends));
    box.classList.toggle("clock--over", left <= 0 && Boolean(clock.dataset.over));
  }
}

/** Count down whatever clock is on the page. */
export function startClock() {
  tick();
  window.setInterval(tick, 250);
}

export { tick };
