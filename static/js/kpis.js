// The form of a KPI asks only what its kind needs; without JavaScript every question shows, and the server leaves out the rest.
const form = document.querySelector("[data-kpi-form]");

function show() {
  const kind = form.elements.kind.value;
  for (const input of form.querySelectorAll("[data-kinds]")) {
    input.closest(".field").hidden = !input.dataset.kinds.split(" ").includes(kind);
  }
  for (const group of form.querySelectorAll("[data-group]")) {
    group.hidden = [...group.querySelectorAll(".field")].every((field) => field.hidden);
  }
}

if (form) {
  form.elements.kind.addEventListener("change", show);
  show();
}
