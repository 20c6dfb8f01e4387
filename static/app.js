// Conveniences over pages that work without them: copying, keyboard, menus, a guard for unsaved changes.
// Deliberately absent: anything a page needs in order to be used, and any string evaluated as code (the CSP forbids it).

const live = document.getElementById("live");
let liveTimer;

/** Says `text` to screen readers and shows it for a moment. */
function say(text) {
  if (!live) return;
  live.textContent = "";
  clearTimeout(liveTimer);
  requestAnimationFrame(() => { live.textContent = text; });
  liveTimer = setTimeout(() => { live.textContent = ""; }, 2500);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.textContent;
  const name = button.dataset.name || "Value";
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
    say(`${name} copied`);
  } catch {
    // No clipboard (plain http, or refused): select the whole text, so that one key press copies it.
    source.focus();
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    say(`${name} selected. Press Ctrl+C to copy it.`);
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  closeMenus(event.target.closest("details.menu"));
});

const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

/** Moves the focus over the links of the list (or the tiles) on the page; `step` is 1 or -1. */
function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-rows] .go, [data-rows] .tile")].filter((row) => row.offsetParent !== null);
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = typing(event.target);
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
    else if (inField) event.target.blur();
    return;
  }
  const search = document.querySelector("[data-search]");
  if (event.key === "ArrowDown" && event.target === search) { if (moveRow(1)) event.preventDefault(); return; }
  if (inField) return;
  if (event.key === "/" && search) { search.focus(); search.select(); event.preventDefault(); return; }
  const inRows = event.target.closest("[data-rows]") || event.target === document.body;
  const step = { j: 1, k: -1 }[event.key] ?? (inRows ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : undefined);
  if (step && (event.key.length === 1 || event.target !== document.body) && moveRow(step)) event.preventDefault();
});

// A form that would lose work when the page is left says so; submitting it is not leaving.
const changed = new Set(document.querySelectorAll("form[data-guard][data-changed]"));
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target.closest("form")));
addEventListener("beforeunload", (event) => { if (changed.size > 0) event.preventDefault(); });

// A custom time span and the criteria that only it needs.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form && event.target.matches("select")) form.requestSubmit();
});

// On a narrow screen the steps of an application scroll sideways: the current one is brought into sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
