"use strict";
// Tabs of a page by the ARIA pattern. Without this file each tab is a link, and the server shows its panel.

(() => {
  const list = document.querySelector("[data-tabs]");
  if (!list) return;
  const tabs = [...list.querySelectorAll("[data-tab]")];
  const panelOf = (tab) => document.getElementById(`panel-${tab.dataset.tab}`);
  const named = (code) => tabs.find((tab) => tab.dataset.tab === code);
  const selected = () => tabs.find((tab) => tab.getAttribute("aria-selected") === "true");

  const show = (tab) => {
    for (const each of tabs) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      panelOf(each).hidden = each !== tab;
    }
    panelOf(tab).dispatchEvent(new Event("tab-open"));
  };
  // Arrow keys pass by tabs that nobody wants to go back to: they replace each other in the history.
  const visit = (tab, passing = false) => {
    if (tab === selected()) return;
    if (passing && history.state?.passing) history.replaceState({ passing }, "", tab.href);
    else history.pushState({ passing }, "", tab.href);
    show(tab);
  };
  const reveal = (id) => {
    const target = id ? document.getElementById(id) : null;
    const panel = target?.closest(".tab-panel");
    if (panel?.hidden) show(named(panel.id.slice("panel-".length)));
    if (panel) target.scrollIntoView();
  };
  const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const panel = panelOf(tab);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
  }
  const open = tabs.find((tab) => tab.hasAttribute("aria-current"));
  for (const tab of tabs) tab.removeAttribute("aria-current");
  show(open);
  reveal(location.hash.slice(1));

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab || !plain(event)) return;
    event.preventDefault();
    visit(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target.closest("[data-tab]"));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1, " ": at };
    if (!(event.key in places)) return;
    event.preventDefault();
    const tab = tabs.at(places[event.key] % tabs.length);
    visit(tab, tab !== tabs[at]);
    tab.focus();
  });
  // A link elsewhere on the page that leads into a tab: ?tab=matching#values
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-opens]");
    if (!link || !plain(event)) return;
    event.preventDefault();
    history.pushState({}, "", link.href);
    show(named(link.dataset.opens));
    reveal(link.hash.slice(1));
  });
  const follow = () => {
    show(named(new URLSearchParams(location.search).get("tab")) ?? tabs[0]);
    reveal(location.hash.slice(1));
  };
  window.addEventListener("popstate", follow);
})();
