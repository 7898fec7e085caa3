"use strict";
// Optional: every list works without this file. Selection, row height, columns in any order, and filters as chips.

const byId = (id) => document.getElementById(id);
const announce = (text) => { byId("spoken").textContent = text; };

// Selection: the boxes of rows belong to the form of the bulk bar, which style sheets show only while a row is selected.
const ticks = () => [...document.querySelectorAll('input[type="checkbox"][form="bulk"]')];
const count = () => {
  const all = ticks();
  const ticked = all.filter((box) => box.checked).length;
  const head = byId("tick-all");
  const words = byId("ticked");
  if (!head || !words) return;
  head.hidden = false;
  head.checked = ticked > 0 && ticked === all.length;
  head.indeterminate = ticked > 0 && ticked < all.length;
  const every = byId("which").value === "matching";
  const matching = document.querySelector('[data-selection="matching"]');
  words.textContent = filled(every ? texts.selectedAll : texts.selected, { count: every ? matching.dataset.total : ticked });
  matching.hidden = every;
};
const select = (which, on) => {
  byId("which").value = which;
  for (const box of ticks()) box.checked = on;
  count();
  announce(byId("ticked").textContent);
};
document.addEventListener("change", (event) => {
  if (event.target.id === "tick-all") select("ticked", event.target.checked);
  else if (ticks().includes(event.target)) {
    byId("which").value = "ticked";
    count();
    announce(byId("ticked").textContent);
  }
});

// Row height, kept in a cookie, so that the server draws it from the first byte on.
const setDensity = (density) => {
  document.cookie = `rollcall_density=${density}; path=/; max-age=31536000; SameSite=Lax`;
  document.documentElement.dataset.density = density;
  for (const button of document.querySelectorAll("button[data-density]")) {
    button.setAttribute("aria-pressed", String(button.dataset.density === density));
  }
};

// Columns: the order of the lines in the chooser is the order of the columns; the numbers are for browsers without scripts.
const numberless = () => { for (const place of document.querySelectorAll(".chooser-place")) place.disabled = true; };
const moved = (grip) => {
  const lines = [...grip.closest("ul").children];
  const place = lines.indexOf(grip.closest("li")) + 1;
  announce(filled(texts.moved, { name: grip.dataset.name, place, count: lines.length }));
};
document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  const line = grip.closest("li");
  if (event.key === "ArrowUp") line.previousElementSibling?.before(line);
  else if (event.key === "ArrowDown") line.nextElementSibling?.after(line);
  else if (event.key === "Home") line.parentElement.prepend(line);
  else line.parentElement.append(line);
  grip.focus();
  moved(grip);
});
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (!grip || event.button) return;
  const line = grip.closest("li");
  const drag = (move) => {
    const other = document.elementFromPoint(move.clientX, move.clientY)?.closest(".chooser-line");
    if (!other || other === line || other.parentElement !== line.parentElement) return;
    const box = other.getBoundingClientRect();
    if (move.clientY < box.top + box.height / 2) other.before(line);
    else other.after(line);
  };
  const drop = () => {
    line.classList.remove("is-dragged");
    document.removeEventListener("pointermove", drag);
    moved(grip);
  };
  line.classList.add("is-dragged");
  document.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, drop, { once: true });
});

// Filters: the menu lists their fields; a chip opens the field of its own filter below itself.
const menu = byId("add-filter");
const fields = () => [...document.querySelectorAll("#add-filter .field")];
const show = (wanted) => {
  for (const field of fields()) field.hidden = !wanted(field);
  for (const group of document.querySelectorAll("#add-filter .filter-group")) group.hidden = !group.querySelector(".field:not([hidden])");
};
const find = () => {
  const words = byId("filter-find").value.trim().toLowerCase();
  show((field) => field.textContent.toLowerCase().includes(words));
  byId("filter-none").hidden = fields().some((field) => !field.hidden);
};
const openAt = (anchor, name) => {
  const panel = menu.querySelector(".filter-panel");
  panel.classList.toggle("is-one", Boolean(name));
  byId("filter-search").hidden = Boolean(name);
  byId("filter-none").hidden = true;
  show((field) => !name || field.querySelector(`[name="${name}"]`));
  const left = anchor.getBoundingClientRect().left - menu.getBoundingClientRect().left;
  panel.style.left = name ? `${left}px` : "";
  menu.open = true;
  const over = panel.getBoundingClientRect().right - document.documentElement.clientWidth + 16;
  if (over > 0) panel.style.left = `${(name ? left : 0) - over}px`;
};
menu?.querySelector("summary").addEventListener("click", (event) => {
  event.preventDefault();
  if (menu.open) menu.open = false;
  else {
    byId("filter-find").value = "";
    openAt(menu, "");
    byId("filter-find").focus();
  }
});
menu?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "Enter" && event.target.id === "filter-find") event.preventDefault();
});
const edit = (chip) => {
  const name = chip.dataset.edit;
  const field = byId(`filter-${name}`);
  if (menu.contains(field)) openAt(chip.parentElement, name);
  field.focus();
};
const clear = (chip) => {
  const field = byId(`filter-${chip.dataset.clear}`);
  if (!field) return false;
  field.value = "";
  htmx.trigger("#filters", "submit");
  menu.querySelector("summary").focus();
  return true;
};
document.addEventListener("input", (event) => { if (event.target.id === "filter-find") find(); });

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-density], [data-selection], [data-edit], [data-clear]");
  if (button?.dataset.density) setDensity(button.dataset.density);
  else if (button?.dataset.selection) select(button.dataset.selection, button.dataset.selection === "matching");
  else if (button?.dataset.edit) {
    event.preventDefault();
    edit(button);
  } else if (button?.dataset.clear && clear(button)) event.preventDefault();
});
for (const each of [count, numberless]) {
  document.addEventListener("htmx:afterSettle", each);
  each();
}
