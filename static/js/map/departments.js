// One department on the map: what it is in charge of stays, everything else steps back. Kept in the address.

const NOBODY = "-";
const chooser = () => document.querySelector("[data-departments]");
const board = () => document.querySelector("[data-board]");

/** Dim what others are in charge of, on the board as it stands now. */
export function apply() {
  const select = chooser();
  if (!select) return;
  const wanted = select.value;
  const known = new Set([...select.options].map((option) => option.value));
  for (const element of board().querySelectorAll(".tp, .painnote")) {
    // A department that was deleted is in charge of nothing.
    const own = known.has(element.dataset.department) ? element.dataset.department : NOBODY;
    element.classList.toggle("is-others", Boolean(wanted) && own !== wanted);
    element.classList.toggle("is-theirs", Boolean(wanted) && own === wanted);
  }
}

export function start() {
  const select = chooser();
  if (!select) return;
  const asked = new URLSearchParams(window.location.search).get("department") ?? "";
  if ([...select.options].some((option) => option.value === asked)) select.value = asked;
  select.addEventListener("change", () => {
    const address = new URL(window.location.href);
    if (select.value) address.searchParams.set("department", select.value);
    else address.searchParams.delete("department");
    window.history.replaceState(window.history.state, "", address);
    apply();
  });
  apply();
}
