"use strict";
// The list of keyboard shortcuts: `?` opens it, and so does its entry in the user menu.

(() => {
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return;
  const open = () => {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    if (!document.querySelector("dialog[open]")) dialog.showModal();
  };
  for (const button of document.querySelectorAll("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "?" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => { // on the backdrop
    if (event.target === dialog) dialog.close();
  });
})();
