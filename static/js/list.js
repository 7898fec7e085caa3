"use strict";
// Comfort only: ticking all rows of the page, and saying how many are ticked.

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
  words.textContent = ticked ? `The ${ticked} ticked` : "The ticked ones";
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
