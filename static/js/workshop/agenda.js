// The form of an item of the agenda shows what its kind needs.

function show(row) {
  const kind = row.closest("form").elements.kind?.value || row.dataset.kinds;
  for (const part of row.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind && !part.querySelector(".errorlist");
}

for (const row of document.querySelectorAll("[data-kinds]")) {
  show(row);
  row.closest("form").addEventListener("change", () => show(row));
}
