// The form of a touchpoint: channels that the guides name for the chosen category come first. Ticking a whole group.

const form = document.querySelector("[data-touchpoint-form]");

function group(label, options) {
  const element = document.createElement("optgroup");
  element.label = label;
  element.append(...options);
  return element;
}

function arrange(category, channel) {
  const options = [...channel.querySelectorAll("option")];
  const empty = options.filter((option) => !option.value);
  const real = options.filter((option) => option.value);
  real.sort((a, b) => Number(a.dataset.rank) - Number(b.dataset.rank));
  const named = real.filter((option) => option.dataset.categories.split(" ").includes(category.value));
  const others = real.filter((option) => !named.includes(option));
  const chosen = channel.value;
  channel.replaceChildren(
    ...empty,
    ...(named.length ? [group(form.dataset.first, named), group(form.dataset.others, others)] : others),
  );
  channel.value = chosen;
}

if (form) {
  const category = form.elements.category;
  const channel = form.elements.channel;
  [...channel.querySelectorAll("option")].forEach((option, rank) => { option.dataset.rank = rank; });
  category.addEventListener("change", () => arrange(category, channel));
  arrange(category, channel);
  // What the name says is only proposed: a press takes it over, unless both stand there already.
  const suggested = form.querySelector("#suggestion");
  document.addEventListener("htmx:afterSwap", () => {
    const take = suggested.querySelector("[data-take]");
    if (take) suggested.hidden = take.dataset.category === category.value
      && (!take.dataset.channel || take.dataset.channel === channel.value);
    else suggested.hidden = false;
  });
  suggested.addEventListener("click", (event) => {
    const take = event.target.closest("[data-take]");
    if (!take) return;
    category.value = take.dataset.category;
    arrange(category, channel);
    if (take.dataset.channel) channel.value = take.dataset.channel;
    suggested.hidden = true;
    category.focus();
  });
}

for (const box of document.querySelectorAll("[data-check-group]")) {
  const button = box.querySelector("[data-check-all]");
  const checks = [...box.querySelectorAll("input[type=checkbox]")];
  const all = () => checks.every((check) => check.checked);
  const label = () => { button.textContent = all() ? button.dataset.none : button.dataset.all; };
  button.hidden = false;
  button.addEventListener("click", () => {
    const wanted = !all();
    for (const check of checks) check.checked = wanted;
    label();
  });
  box.addEventListener("change", label);
  label();
}

// Ticking rows of the library: all on the page, all found, how many are ticked.
const bulk = document.querySelector("[data-bulk]");

if (bulk) {
  const rows = [...bulk.querySelectorAll("input[name=pk]")];
  const page = bulk.querySelector("[data-bulk-page]");
  const pageBox = page.querySelector("input");
  const allBox = bulk.querySelector("[data-bulk-all]");
  const count = bulk.querySelector("[data-bulk-count]");
  const say = () => {
    const ticked = rows.filter((row) => row.checked).length;
    pageBox.checked = ticked === rows.length;
    pageBox.indeterminate = ticked > 0 && ticked < rows.length;
    const words = count.dataset;
    count.textContent = allBox?.checked ? words.all
      : ticked === 0 ? words.none : ticked === 1 ? words.one : words.many.replace("#", ticked);
    for (const button of bulk.querySelectorAll(".bulk button")) button.disabled = ticked === 0 && !allBox?.checked;
  };
  page.hidden = false;
  pageBox.addEventListener("change", () => {
    for (const row of rows) row.checked = pageBox.checked;
    if (!pageBox.checked && allBox) allBox.checked = false;
    say();
  });
  bulk.addEventListener("change", (event) => {
    if (event.target.name === "pk" && !event.target.checked && allBox) allBox.checked = false;
    if (event.target === allBox) for (const row of rows) row.checked = allBox.checked;
    say();
  });
  say();
}
