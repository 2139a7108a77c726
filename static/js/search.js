// Searching: keys in what is offered, a sign while one waits, and one word to the server about what came of a search.

/** After so long somebody who waits is told that something happens (milliseconds). */
const SIGN_AFTER = 150;

// The mark of the page before did its work: an address that is shared says only what is searched.
const here = new URL(location.href);
if (here.searchParams.has("was")) {
  here.searchParams.delete("was");
  history.replaceState(history.state, "", here);
}

// What is opened, once a page; the browser sends it while the next page loads. Without a script nothing is counted.
const told = new WeakSet();
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const how = link?.closest("[data-followed]")?.dataset.followed;
  const form = how && (link.closest("section.suggest")?.querySelector("form[hidden]") ?? document.getElementById("followed"));
  if (!form || told.has(form)) return;
  told.add(form);
  const words = new FormData(form);
  words.set("how", how);
  navigator.sendBeacon(form.action, words);
}, { capture: true });

// Arrows lead from the field through what is offered, and on through the results; Escape leads back and closes.
const field = document.querySelector("main input[data-typing]");
const offered = document.getElementById("similar");
const stops = () => [...document.querySelectorAll("#similar a[href], main .rows .title a")];
field?.closest("main").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const all = stops();
  const at = all.indexOf(document.activeElement);
  if (event.key === "Escape" && (at >= 0 || offered.childElementCount) && (event.target === field || at >= 0)) {
    offered.replaceChildren();
    field.focus();
  } else if (event.key === "ArrowDown" && (event.target === field || at >= 0)) {
    all[Math.min(at + 1, all.length - 1)]?.focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (all[at - 1] ?? field).focus();
  } else return;
  event.preventDefault();
});
// What was offered for other words goes when the field is emptied.
field?.addEventListener("input", () => {
  if (!field.value.trim()) offered.replaceChildren();
});

// The next page may take its time: the button says so, unless the page is there first.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const words = form.querySelector("button span");
    const before = words.textContent;
    const timer = setTimeout(() => {
      form.setAttribute("aria-busy", "true");
      words.textContent = form.dataset.busy;
    }, SIGN_AFTER);
    addEventListener("pageshow", () => {
      clearTimeout(timer);
      form.removeAttribute("aria-busy");
      words.textContent = before;
    }, { once: true });
  });
}
