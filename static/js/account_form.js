"use strict";
// The server never returns a secret: secrets that were typed stay in the page while htmx replaces the form.

(() => {
  const secrets = () => [...document.querySelectorAll('#account-form input[type="password"]')];
  let typed = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "account-form") typed = new Map(secrets().map((field) => [field.id, field.value]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const field of secrets()) if (typed.has(field.id)) field.value = typed.get(field.id);
    typed = new Map();
  });
})();
