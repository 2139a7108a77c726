// Keeps what is being written: on this device at once, and for members on the server, so that it is there on the next.
// Says so under the form, each time: what is kept, where, and since when.

const WAIT = 1500;
// What a page may still send while it is being left.
const LEAVING_MOST = 60000;

const fields = (form) =>
  [...form.elements].filter((one) => one.name && one.matches("input:not([type=hidden], [type=file], [type=checkbox]), textarea, select"));
const chosen = (one) => one.type !== "radio" || one.checked;
const read = (form) => Object.fromEntries(fields(form).filter(chosen).map((one) => [one.name, one.value]));
const texts = (form) => fields(form).filter((one) => one.matches("textarea, input:not([type=radio])"));
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Says what became of the draft: `how` is one of kept, here, lost, offline, or empty for nothing to say. */
function say(form, how, at = Date.now()) {
  const state = form.querySelector("[data-draft-state]");
  const words = how ? state?.dataset[how].replace("{time}", clock.format(at)) : "";
  // The same words again would be read out again.
  if (state && state.textContent !== words) state.textContent = words;
}

function restore(form, key) {
  let saved;
  try {
    saved = JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return;
  }
  // What the server shows wins: it knows what was sent, and what an error left in the form.
  if (!saved || texts(form).some((one) => one.value.trim())) return;
  for (const one of fields(form)) {
    const value = saved[one.name];
    if (value === undefined || (one.matches("select") && ![...one.options].some((option) => option.value === value))) continue;
    if (one.type === "radio") one.checked = one.value === value;
    else one.value = value;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (texts(form).some((one) => one.value.trim())) say(form, "here", saved.keptAt);
}

async function keep(form, key) {
  const data = read(form);
  const written = texts(form).some((one) => one.value.trim());
  let here = true;
  try {
    if (written) localStorage.setItem(key, JSON.stringify({ ...data, keptAt: Date.now() }));
    else localStorage.removeItem(key);
  } catch {
    here = false;
  }
  let there = false;
  if ("draftKeep" in form.dataset) {
    const body = new FormData();
    for (const [name, value] of Object.entries(data)) body.set(name, value);
    body.set("key", form.dataset.draft);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value ?? "");
    const keepalive = JSON.stringify(data).length < LEAVING_MOST;
    // Where the session has ended, the answer is the way to the sign-in page.
    there = await fetch(form.dataset.draftUrl, { method: "POST", body, keepalive, redirect: "manual" }).then((answer) => answer.ok, () => false);
  }
  say(form, written ? (there ? "kept" : here ? "here" : "lost") : "");
}

function wake(root) {
  for (const form of root.querySelectorAll("form[data-draft]:not([data-safe])")) {
    form.dataset.safe = "";
    const key = `draft:${form.dataset.draft}`;
    let timer;
    const now = () => {
      if (timer) keep(form, key);
      clearTimeout(timer);
      timer = 0;
    };
    restore(form, key);
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(now, WAIT);
    });
    // A page that is hidden may never be shown again.
    document.addEventListener("visibilitychange", () => document.hidden && now());
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        event.preventDefault();
        now();
        say(form, "offline");
        return;
      }
      clearTimeout(timer);
      timer = 0;
      // Gone from this device once sent; an error page has the text in its form.
      localStorage.removeItem(key);
    });
  }
}

wake(document);
document.addEventListener("htmx:load", (event) => wake(event.target.parentElement ?? document));
