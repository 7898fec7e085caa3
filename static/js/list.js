"use strict";
// Optional: selects all rows of the page, and shows how many are selected.

const ticks = () => [...document.querySelectorAll('input[type="checkbox"][form="bulk"]')];
const count = () => {
  const all = ticks();
  const ticked = all.filter((box) => box.checked).length;
  const head = document.getElementById("tick-all");
  const words = document.getElementById("ticked");
  if (!head || !words) return;
  head.hidden = false;
  head.checked = ticked > 0 && ticked === all.length;
  head.indeterminate = ticked > 0 && ticked < all.length;
  words.dataset.none ??= words.textContent;
  words.textContent = ticked ? filled(texts.selected, { count: ticked }) : words.dataset.none;
};
document.addEventListener("change", (event) => {
  if (event.target.id === "tick-all") for (const box of ticks()) box.checked = event.target.checked;
  if (event.target.id === "tick-all" || ticks().includes(event.target)) {
    const which = document.getElementById("which");
    if (which) which.value = "ticked";
    count();
  }
});
document.addEventListener("htmx:afterSettle", count);
count();
