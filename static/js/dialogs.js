"use strict";
// Optional: a link, form or button with `data-dialog` opens its page in a dialog; `data-dialog-close` closes it. The server leaves out
// the frame of such a page, and turns its redirects into redirects of the whole page (devices/web/dialogs.py).

(() => {
  const dialog = document.getElementById("dialog");
  const content = document.getElementById("dialog-content");
  if (!dialog) return;
  let opener = null;

  const load = (verb, path, values) => {
    if (dialog.getAttribute("aria-busy") === "true") return;
    dialog.setAttribute("aria-busy", "true");
    const ready = () => dialog.removeAttribute("aria-busy");
    htmx.ajax(verb, path, { source: content, target: content, swap: "innerHTML", values, headers: { "Rollcall-Dialog": "1" } }).then(ready, ready);
  };
  // The keyboard focus returns to what opened the dialog; inside a menu, which closes, to the menu.
  const openedBy = (element) => {
    const menu = element.closest("details.menu");
    opener = menu ? menu.querySelector("summary") : element;
    if (menu) menu.open = false;
  };

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-dialog-close]");
    if (close && dialog.contains(close)) {
      event.preventDefault();
      dialog.close();
      return;
    }
    const link = event.target.closest("a[data-dialog]");
    const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || event.defaultPrevented) return;
    event.preventDefault();
    if (!dialog.contains(link)) openedBy(link);
    load("get", link.getAttribute("href"));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const inside = dialog.contains(form);
    if (!inside && !form.matches("[data-dialog]") && !button?.matches("[data-dialog]")) return;
    event.preventDefault();
    if (!inside) openedBy(button ?? form);
    const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? content.dataset.path;
    load(form.method, action, new FormData(form, button));
  });

  // The request of a page, not of a fragment.
  content.addEventListener("htmx:configRequest", (event) => delete event.detail.headers["HX-Request"]);
  content.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    const page = /^\s*<!doctype/i.test(xhr.response);
    if (page && requestConfig.verb === "get") location.assign(requestConfig.path);
    event.detail.shouldSwap = !page;
    event.detail.isError = page && requestConfig.verb !== "get";
  });
  content.addEventListener("htmx:afterSwap", (event) => {
    content.dataset.path = event.detail.pathInfo.finalRequestPath;
    const heading = content.querySelector("h1, h2");
    if (heading) heading.id ||= "dialog-heading";
    dialog.setAttribute("aria-labelledby", heading?.id ?? "");
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    const field = content.querySelector('[aria-invalid="true"], [autofocus]')
      ?? content.querySelector(':is(input, select, textarea):not([type="hidden"])')
      ?? content.querySelector("[data-dialog-close]");
    field?.focus();
  });
  dialog.addEventListener("close", () => {
    content.replaceChildren();
    dialog.querySelector(".dialog-toasts").replaceChildren();
    (document.contains(opener) ? opener : document.getElementById("main")).focus();
  });
})();
