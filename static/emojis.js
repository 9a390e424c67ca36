// The choice of an emoji: a field that filters a grid below it, by keyboard or pointer.

const COLUMNS = 8;
const picker = document.getElementById("emojis");
const search = picker.querySelector("input");
const grid = picker.querySelector("[role=grid]");
const cells = [...grid.querySelectorAll("[role=gridcell]")];
let shown = cells;
let area; // the text in which the chosen one goes
let opener;

const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function activate(cell) {
  grid.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  if (!cell) return search.removeAttribute("aria-activedescendant");
  cell.setAttribute("aria-selected", "true");
  cell.scrollIntoView({ block: "nearest" });
  search.setAttribute("aria-activedescendant", cell.id);
}

function filter() {
  const wanted = folded(search.value).split(/\s+/).filter(Boolean);
  shown = cells.filter((cell) => wanted.every((word) => folded(cell.dataset.words).includes(word)));
  const rows = [];
  for (let at = 0; at < shown.length; at += COLUMNS) {
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    row.append(...shown.slice(at, at + COLUMNS));
    rows.push(row);
  }
  grid.replaceChildren(...rows);
  grid.hidden = !rows.length;
  picker.querySelector("[role=status]").textContent = rows.length ? "" : picker.querySelector("[role=status]").dataset.none;
  activate(null);
}

export function open(button) {
  close();
  opener = button;
  area = document.getElementById(button.dataset.emojis);
  button.after(picker);
  button.setAttribute("aria-expanded", "true");
  picker.hidden = false;
  search.value = "";
  filter();
  search.focus();
}

function close() {
  opener?.setAttribute("aria-expanded", "false");
  opener = undefined;
  picker.hidden = true;
}

function choose(cell) {
  const character = cell.textContent;
  close();
  area.focus();
  // As if it were typed: the browser's own « undo » knows it.
  if (document.execCommand("insertText", false, character)) return;
  area.setRangeText(character, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// By how many places an arrow goes from the active emoji; without one, the first is next.
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
search.addEventListener("keydown", (event) => {
  const at = shown.findIndex((cell) => cell.getAttribute("aria-selected") === "true");
  if (event.key === "Enter") {
    if (shown.length) choose(shown[Math.max(at, 0)]);
  } else if (event.key === "Escape") {
    close();
    area.focus();
  } else if (at < 0 && event.key === "ArrowDown") {
    activate(shown[0]);
  } else if (at >= 0 && event.key in STEPS) {
    activate(shown[at + STEPS[event.key]] ?? shown[at]);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
});
// What is looked for is no part of the draft: nothing is saved or shown for it.
search.addEventListener("input", (event) => {
  event.stopPropagation();
  filter();
});
grid.addEventListener("click", ({ target }) => {
  const cell = target.closest("[role=gridcell]");
  if (cell) choose(cell);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-emojis]");
  if (button) {
    if (button === opener) close();
    else open(button);
  } else if (opener && !picker.contains(target)) close();
});
