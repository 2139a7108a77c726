// Keys that lead somewhere, on every page; `?` lists them. One switch turns them off on this device (WCAG 2.1.4).

const STORE = "shortcuts";
const PLACES = { h: "", c: "community/", a: "help/", r: "requests/", n: "account/notifications/", s: "search/" };
const home = document.querySelector(".brand")?.href ?? "/";
const list = document.querySelector("a[data-shortcuts]");
const writing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]") != null;
let leading = false;

function stored() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null;
  }
}

/** Turns the keys on or off, here and on every page that is opened later. */
function set(off) {
  try {
    if (off) localStorage.setItem(STORE, "off");
    else localStorage.removeItem(STORE);
  } catch {
    // Not allowed to remember: it holds for this page.
  }
  document.documentElement.dataset.shortcuts = off ? "off" : "on";
}
const isOff = () => document.documentElement.dataset.shortcuts === "off";
document.documentElement.dataset.shortcuts = stored() === "off" ? "off" : "on";

function wakeSwitch(root) {
  for (const button of root.querySelectorAll("[data-shortcuts-switch]")) {
    const show = () => (button.textContent = isOff() ? button.dataset.on : button.dataset.off);
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      set(!isOff());
      show();
    });
  }
}

/** The list of keys, in a dialogue: it is the page of that name, which is also there without a script. */
async function openList() {
  if (!list) return;
  let dialog = document.getElementById("shortcuts-dialog");
  if (!dialog) {
    const answer = await fetch(list.href);
    const found = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("shortcuts");
    if (!found) return;
    dialog = document.createElement("dialog");
    dialog.id = "shortcuts-dialog";
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", "shortcuts-title");
    found.querySelector("form").hidden = false;
    dialog.append(...found.childNodes);
    document.body.append(dialog);
    wakeSwitch(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

/** To the next thing that can be read: an answer of a thread, a row of a list. */
function step(by) {
  const stops = [...document.querySelectorAll("main .post[id], main .row .title a, main .told .title a")];
  const at = stops.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
  const next = stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(Math.max(at + by, 0), stops.length - 1)];
  if (!next) return;
  if (next.matches(".post")) next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: next.matches(".post") ? "start" : "nearest" });
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (field) field.focus();
  else location.href = `${home}search/`;
}

const keys = {
  "?": openList,
  "/": search,
  j: () => step(1),
  k: () => step(-1),
  n: () => (location.href = `${home}community/ask/`),
  g: () => (leading = true),
  r: () => {
    const field = document.querySelector("#answer textarea");
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
  },
  // Goes to the button; pressing it stays a step of its own.
  a: () => (document.activeElement.closest(".post") ?? document).querySelector("button[id^='accept-']")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (isOff() || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (writing(event.target) || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  if (leading) {
    leading = false;
    if (!(key in PLACES)) return;
    location.href = `${home}${PLACES[key]}`;
  } else if (key in keys) {
    // The desk has keys of its own for moving and answering.
    if ("jkra".includes(key) && document.querySelector(".desk")) return;
    keys[key]();
  } else return;
  event.preventDefault();
});

wakeSwitch(document);
