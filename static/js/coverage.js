"use strict";
// Optional: selects all gaps of an account on the page, and shows how many are selected.

const gapBoxes = () => [...document.querySelectorAll('input[name="gap"]')];
const ofAccount = (head) => gapBoxes().filter((box) => box.dataset.account === head.dataset.select);
const countGaps = () => {
  const words = document.querySelector("[data-gap-count]");
  if (!words) return;
  for (const head of document.querySelectorAll("[data-select]")) {
    const boxes = ofAccount(head);
    const chosen = boxes.filter((box) => box.checked).length;
    head.hidden = boxes.length === 0;
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const chosen = gapBoxes().filter((box) => box.checked).length;
  words.dataset.none ??= words.textContent;
  words.textContent = chosen ? filled(texts.selected, { count: chosen }) : words.dataset.none;
};
document.addEventListener("change", (event) => {
  if (event.target.dataset.select) for (const box of ofAccount(event.target)) box.checked = event.target.checked;
  if (event.target.dataset.select || event.target.name === "gap") countGaps();
});
document.addEventListener("htmx:afterSettle", countGaps);
countGaps();
