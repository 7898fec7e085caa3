"use strict";
// Optional: every page works without this file.

// devices/web/browser_texts.py, translated.
const texts = document.getElementById("texts").dataset;
const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

const say = (text, level = "info") => {
  if ([...document.querySelectorAll(".toast-line > span")].some((old) => old.textContent === text)) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  line.dataset.level = level;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.dataset.close = "";
  close.setAttribute("aria-label", texts.close);
  line.append(words, close);
  (document.querySelector("dialog[open] .dialog-toasts") ?? document.querySelector(".toasts")).append(line);
  if (level === "info") setTimeout(() => line.remove(), 6000);
};

// Ages in the page's language, as devices/templatetags/ui.py gives them.
const AGES = JSON.parse(texts.ages);
const ago = (seconds) => {
  if (seconds < AGES.below) return AGES.now;
  const unit = AGES.ages.find(([below]) => seconds < below);
  return unit && unit[2].replace("%(number)s", Math.max(1, Math.floor(seconds / unit[1])));
};
const refreshTimes = () => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const at = new Date(time.dateTime);
    const words = ago((Date.now() - at) / 1000);
    if (words) time.textContent = words;
  }
};
setInterval(refreshTimes, 30000);
document.addEventListener("htmx:afterSettle", refreshTimes);
refreshTimes();
setTimeout(() => document.querySelectorAll('.toast-line[data-level="success"]:not(:has(form))').forEach((line) => line.remove()), 8000);

// The server prints times in this zone (devices/users/locale.py). The page of a short link sets no cookie.
if (!location.pathname.startsWith("/i/")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.cookie = `rollcall_time_zone=${zone}; path=/; max-age=31536000; SameSite=Lax`;
}

const setTheme = (theme) => {
  const age = theme === "auto" ? 0 : 31536000;
  document.cookie = `rollcall_theme=${theme}; path=/; max-age=${age}; SameSite=Lax`;
  if (theme === "auto") document.documentElement.removeAttribute("data-bs-theme");
  else document.documentElement.dataset.bsTheme = theme;
  for (const button of document.querySelectorAll("[data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
  }
};

const copy = async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    say(texts.notCopied, "error");
    return;
  }
  button.dataset.done = "";
  document.getElementById("spoken").textContent = filled(texts.copied, { name: button.dataset.label });
  setTimeout(() => delete button.dataset.done, 1500);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-theme], [data-close]");
  if (button?.dataset.copy !== undefined) copy(button);
  else if (button?.dataset.theme) setTheme(button.dataset.theme);
  else if (button) button.parentElement.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const commandK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (search && (slash || commandK)) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    if (event.target === search) search.blur();
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  }
});

// The banner's poll carries the status of every account; the other pills of the page follow it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "troubles") return;
  let changed = false;
  for (const pill of event.target.querySelector("template")?.content.children ?? []) {
    for (const old of document.querySelectorAll(`[data-account="${CSS.escape(pill.dataset.account)}"]`)) {
      if (old.dataset.accountStatus === pill.dataset.accountStatus) continue;
      old.replaceWith(pill.cloneNode(true));
      changed = true;
    }
  }
  if (changed) htmx.trigger(document.body, "account-statuses");
});
document.addEventListener("submit", (event) => { // closes its menu; the keyboard focus stays on it
  const summary = event.target.closest("details.menu")?.querySelector("summary");
  summary?.focus();
  summary?.click();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches("[data-poll]")) event.preventDefault();
});
document.addEventListener("htmx:historyCacheMiss", () => { // a pending answer would replace the address of the restored page
  if (document.getElementById("filters")) htmx.trigger("#filters", "htmx:abort");
});
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.shouldSwap) say(filled(texts.failed, { status: event.detail.xhr.status }), "error");
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => say(texts.unreachable, "error"));
}
