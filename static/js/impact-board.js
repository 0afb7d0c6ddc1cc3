// Drag a solution to its square of impact and effort; the form below does the same without dragging.

import { toast } from "./app.js";

const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-score]");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const cell = event.target.closest("[data-impact]");
  for (const other of document.querySelectorAll(".is-target")) other.classList.remove("is-target");
  if (!dragged || !cell) return;
  event.preventDefault();
  cell.classList.add("is-target");
});
document.addEventListener("drop", async (event) => {
  const cell = event.target.closest("[data-impact]");
  if (!dragged || !cell) return;
  event.preventDefault();
  const body = new FormData();
  body.set("impact", cell.dataset.impact);
  body.set("effort", cell.dataset.effort);
  try {
    const response = await fetch(dragged.dataset.score, { method: "POST", body, headers: { "X-Requested-With": "fetch", "X-CSRFToken": csrf } });
    const answer = await response.json();
    if (!response.ok) { toast(answer.error.message, { error: true }); return; }
    window.location.reload();
  } catch {
    toast(document.body.dataset.offline ?? "", { error: true });
  }
});
document.addEventListener("dragend", () => {
  dragged = null;
  for (const other of document.querySelectorAll(".is-target")) other.classList.remove("is-target");
});
