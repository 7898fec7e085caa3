"use strict";
// Search suggestions as a combobox: arrows choose, Enter opens, Escape closes. Without this file the search box is a plain form.

(() => {
  const box = document.getElementById("search");
  const list = document.getElementById("suggestions");
  if (!box || !list) return;
  const options = () => [...list.querySelectorAll('[role="option"]')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", option.id);
    } else box.removeAttribute("aria-activedescendant");
  };
  const show = (open) => {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  };
  // From the box to the last suggestion, then back to the box.
  const step = (by) => {
    const all = options();
    const places = [null, ...all];
    choose(places.at((places.indexOf(chosen()) + by) % places.length));
  };

  list.addEventListener("htmx:afterSwap", () => {
    const count = options().length;
    choose(null);
    show(count > 0 && document.activeElement === box);
    document.getElementById("spoken").textContent = count ? filled(texts.suggestions, { count }) : texts.noSuggestions;
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      if (list.hidden) show(true);
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });
  // The blur would hide the suggestion before the click on it arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  box.addEventListener("blur", () => show(false));
})();
