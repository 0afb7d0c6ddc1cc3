// Bringing files: dropping one, telling what is going on, the long list of the mapping screen.

document.documentElement.classList.add("js");

function upload(form) {
  const zone = form.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-drop-name]");
  const show = () => { name.textContent = input.files.length ? input.files[0].name : ""; };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    zone.addEventListener(kind, () => zone.classList.remove("is-over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    const files = new DataTransfer();
    files.items.add(event.dataTransfer.files[0]);
    input.files = files.files;
    show();
  });
}

// A form that takes its time says so, and is not sent twice.
function busy(form) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("[data-busy]");
    if (event.defaultPrevented || !button || (event.submitter && event.submitter !== button)) return;
    window.setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy; });
  });
}

function mapping(form) {
  const again = form.querySelector("[data-reread-button]");
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-reread]")) form.requestSubmit(again);
    if (event.target.matches("[data-mode]")) modes(event.target);
  });
  // Enter in a field makes the preview, not the first button of the form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=radio], [type=checkbox])")) return;
    event.preventDefault();
  });
  form.querySelectorAll("[data-mode]").forEach(modes);
  const tools = form.querySelector("[data-items-tools]");
  if (tools) items(form, tools);
}

// Which of the two columns, and whether a unit, a measure asks for.
function modes(select) {
  const line = select.closest(".measure");
  line.querySelector("[data-second]").hidden = select.value === "value";
  line.querySelector("[data-factor]").hidden = select.value === "counts" || select.value === "others";
}

function items(form, tools) {
  const rows = [...form.querySelectorAll("[data-item]")].map((row) => ({
    row, input: row.querySelector(".item__touchpoint"), text: fold(row.querySelector(".item__text").textContent),
  }));
  const search = tools.querySelector("[data-items-search]");
  const open = tools.querySelector("[data-items-open]");
  const all = tools.querySelector("[data-items-all]");
  const count = tools.querySelector("[data-items-count]");
  const tell = () => {
    const done = rows.filter(({ input }) => input.value.trim()).length;
    count.textContent = count.dataset.text.replace("{done}", done).replace("{all}", rows.length);
  };
  const filter = () => {
    const words = fold(search.value).split(" ").filter(Boolean);
    for (const { row, input, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word)) || (open.checked && input.value.trim() !== "");
    }
  };
  tools.hidden = false;
  search.addEventListener("input", filter);
  open.addEventListener("change", filter);
  tools.querySelector("[data-items-apply]").addEventListener("click", () => {
    for (const { row, input } of rows) if (!row.hidden) input.value = all.value;
    tell();
  });
  form.addEventListener("input", (event) => { if (event.target.matches(".item__touchpoint")) tell(); });
  tell();
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

// Choosing what was measured shows the numbers that it is made of.
function choose(form) {
  form.addEventListener("change", () => {
    if ([...form.querySelectorAll("select")].every((select) => select.value)) form.requestSubmit();
  });
}

document.querySelectorAll("[data-upload]").forEach((form) => { upload(form); busy(form); });
document.querySelectorAll("[data-mapping]").forEach((form) => { mapping(form); busy(form); });
document.querySelectorAll("[data-choose]").forEach(choose);
