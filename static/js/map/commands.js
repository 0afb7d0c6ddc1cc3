// What the command palette offers, found on the page as it is: actions, views, and a jump to every step and lane.

const label = (element) => (element?.getAttribute("aria-label") || element?.textContent || "").replace(/\s+/g, " ").trim();

export function commands({ board, editable, spokenOf, talk, minimap, grid, popups, layout, fold, net, find, addStep, addAt, letters }) {
  const texts = document.getElementById("map-commands");
  if (!texts) return [];
  const names = JSON.parse(texts.textContent);
  const at = (cell) => cell ?? grid.cellAt(2, 1);
  const click = (selector) => () => document.querySelector(selector)?.click();
  const submit = (selector) => () => { const button = document.querySelector(selector); if (button && !button.disabled) button.form.requestSubmit(); };
  const actions = {
    "step-after": (cell) => addStep(at(cell), false),
    "step-before": (cell) => addStep(at(cell), true),
    "stage-after": (cell) => { const stage = grid.cellAt(0, Math.max(Number(at(cell).dataset.col), 1)); net.send(`/journeys/${board.dataset.journey}/stages/add/`, { index: Number(stage.dataset.index) + 1 }); },
    "lane-add": () => popups.openDialog(`/journeys/${board.dataset.journey}/lanes/add/`),
    "touchpoint-add": (cell) => addAt(at(cell), "touchpoints"),
    "kpi-bind": (cell) => addAt(at(cell), "metrics"),
    "pain-add": (cell) => addAt(at(cell), "pains"),
    "opportunity-add": (cell) => addAt(at(cell), "pains", "opportunity"),
    "solution-add": (cell) => addAt(at(cell), "ideas"),
    "step-menu": (cell) => { const head = grid.cellAt(1, Math.max(Number(at(cell).dataset.col), 1)); popups.openMenu(head.querySelector("[data-menu-link]")); },
    "step-options": (cell) => { const head = grid.cellAt(1, Math.max(Number(at(cell).dataset.col), 1)); popups.openDialog(`/steps/${head.dataset.id}/options/`); },
    "comment-here": (cell) => talk.openAt(at(cell), spokenOf(at(cell))),
    comments: () => talk.open(),
    undo: submit("[data-undo]"),
    redo: submit("[data-redo]"),
    find: () => document.querySelector("[data-find]")?.focus(),
    search: () => document.dispatchEvent(new CustomEvent("cxmap:search")),
    keys: () => document.querySelector("[data-keys]")?.showModal(),
    "zoom-in": () => layout.zoomBy(1),
    "zoom-out": () => layout.zoomBy(-1),
    "zoom-100": () => layout.setZoom(100),
    "zoom-fit": () => layout.zoomToFit(),
    overview: minimap.toggle,
    "lane-fold": (cell) => fold.toggle(at(cell).closest("tr.map__lane") ?? board.querySelector("tr.map__lane")),
    "lanes-unfold": () => fold.unfoldAll(),
    "columns-narrow": () => net.send(`/journeys/${board.dataset.journey}/layout/`, { column_width: 160 }),
    "columns-wide": () => net.send(`/journeys/${board.dataset.journey}/layout/`, { column_width: 280 }),
    "columns-fit": () => net.send(`/journeys/${board.dataset.journey}/layout/`, { column_width: "" }),
    letters: () => window.localStorage.setItem("cxmap.letters", letters() ? "off" : "on"),
    print: () => window.print(),
  };
  const found = names.actions
    .filter((entry) => actions[entry.id] && (editable || !entry.edit))
    .map((entry) => ({ name: entry.name, also: entry.also, keys: entry.keys, run: actions[entry.id] }));
  const views = [...document.querySelectorAll("[data-views] a")];
  for (const link of new Set([...views, ...document.querySelectorAll(".maphead__actions a[href], .maphead .menu__list a[href]")])) {
    const place = views.indexOf(link) + 1;
    found.push({ name: names.go.replace("{name}", label(link)), keys: place ? `V ${place}` : "", run: () => link.click() });
  }
  for (const head of board.querySelectorAll("th[data-kind]")) {
    const name = head.querySelector("[data-text]").textContent.trim();
    found.push({
      name: names.jump.replace("{name}", name),
      also: head.dataset.ref,
      hint: names.kinds[head.dataset.kind],
      jump: true,
      run: () => grid.focusCell(board.querySelector(`[data-id="${head.dataset.id}"]`)),
    });
  }
  return found;
}
