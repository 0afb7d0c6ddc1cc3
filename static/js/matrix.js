// The touchpoint matrix as a grid: one stop of the Tab key, arrows walk its cells, Enter opens the list of a cell.
// Categories fold; what is folded stands in the address, so that a link shows the same.

const table = document.querySelector("table[data-matrix]");

/** Return the visible rows with their cells by column: a head that spans columns or rows stands in each of them. */
function layout() {
  const rows = [...table.rows].filter((row) => !row.hidden);
  const grid = rows.map(() => []);
  rows.forEach((row, at) => {
    let column = 0;
    for (const cell of row.cells) {
      while (grid[at][column]) column += 1;
      for (let down = 0; down < cell.rowSpan && at + down < rows.length; down += 1) {
        for (let right = 0; right < cell.colSpan; right += 1) grid[at + down][column + right] = cell;
      }
      column += cell.colSpan;
    }
  });
  return grid;
}

function place(grid, cell) {
  for (let row = 0; row < grid.length; row += 1) {
    const column = grid[row].indexOf(cell);
    if (column >= 0) return [row, column];
  }
  return [0, 0];
}

/** What gets the focus for a cell: the button of a head that folds, else the cell. */
const target = (cell) => cell.querySelector("[data-fold]") || cell;

function settle(cell, focus) {
  const old = table.querySelector("[tabindex='0']");
  if (old) old.tabIndex = -1;
  const own = target(cell);
  own.tabIndex = 0;
  if (focus) {
    own.focus();
    own.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function step(grid, [row, column], down, right) {
  const from = grid[row][column];
  let [y, x] = [row, column];
  do { y += down; x += right; } while (grid[y]?.[x] === from);
  return grid[y]?.[x];
}

function walk(event) {
  const cell = event.target.closest("td, th");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const inside = event.target !== target(cell);
  if (event.key === "Escape" && inside) { settle(cell, true); return; }
  if (event.key === "Enter" && !inside && event.target === cell) {
    const link = cell.querySelector("[data-open]");
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const grid = layout();
  const at = place(grid, cell);
  const last = grid[at[0]].length - 1;
  const moves = {
    ArrowRight: () => step(grid, at, 0, 1),
    ArrowLeft: () => step(grid, at, 0, -1),
    ArrowDown: () => step(grid, at, 1, 0),
    ArrowUp: () => step(grid, at, -1, 0),
    Home: () => grid[event.shiftKey ? 0 : at[0]][0],
    End: () => grid[at[0]][last],
    PageDown: () => grid[grid.length - 1][at[1]],
    PageUp: () => grid[0][at[1]],
  };
  const next = moves[event.key]?.();
  if (!moves[event.key]) return;
  event.preventDefault();
  if (next) settle(next, true);
}

function fold(button) {
  const group = button.closest("tbody");
  const closing = button.getAttribute("aria-expanded") === "true";
  for (const row of group.rows) row.hidden = row.hasAttribute("data-row") ? closing : !closing;
  settle([...group.rows].find((row) => !row.hidden).cells[0], true);
  const closed = [...table.querySelectorAll("tbody[data-group]")].filter((body) => !body.rows[0].hidden);
  const address = new URL(window.location.href);
  address.searchParams.delete("closed");
  if (closed.length) address.searchParams.set("closed", closed.map((body) => body.dataset.group).join(","));
  window.history.replaceState(null, "", address);
}

if (table) {
  for (const cell of table.querySelectorAll("td, th")) target(cell).tabIndex = -1;
  settle(table.querySelector("tbody tr:not([hidden]) td") || table.rows[0].cells[0], false);
  table.addEventListener("keydown", walk);
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td, th");
    if (cell && event.target === target(cell)) settle(cell, false);
  });
  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fold]");
    if (button) { fold(button); return; }
    // A cell is one large target; its links keep what they do.
    const cell = event.target.closest("td");
    if (cell && !event.target.closest("a, button") && !window.getSelection().toString()) {
      settle(cell, true);
      cell.querySelector("[data-open]")?.click();
    }
  });
}

// "All journeys" means all of them, whatever is ticked.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-untick]")) return;
  for (const box of event.target.closest("form").querySelectorAll("[name=journey]")) box.disabled = true;
});

// The example matrix: a row, a column, a category ticked at once.
const example = document.querySelector("form[data-example]");
if (example) {
  const said = example.querySelector("[data-ticked]");
  const count = () => {
    if (said) said.textContent = `${example.querySelectorAll("[name=examples]:checked").length} ${said.dataset.text}`;
  };
  const boxes = (button) => {
    const cell = button.closest("th");
    if (button.dataset.tick === "row") return [...button.closest("tr").querySelectorAll("[name=examples]")];
    if (button.dataset.tick === "group") return [...button.closest("tbody").querySelectorAll("[name=examples]")];
    // Counted from the end: the cells of a category stand in its first row only.
    const fromEnd = cell.parentElement.cells.length - cell.cellIndex;
    return [...example.querySelectorAll("tbody tr")].flatMap((row) => [...row.cells[row.cells.length - fromEnd].querySelectorAll("[name=examples]")]);
  };
  for (const button of example.querySelectorAll("[data-tick]")) button.hidden = boxes(button).length === 0;
  example.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick]");
    if (!button) return;
    const all = boxes(button);
    const ticking = all.some((box) => !box.checked);
    for (const box of all) box.checked = ticking;
    count();
  });
  example.addEventListener("change", count);
  count();
}
