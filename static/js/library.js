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
