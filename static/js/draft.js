// Keeps what is being written: on this device at once, and for members on the server, so that it is there on the next.

const WAIT = 1500;

const fields = (form) =>
  [...form.elements].filter((one) => one.name && one.matches("input:not([type=hidden], [type=file], [type=checkbox]), textarea, select"));
const read = (form) => Object.fromEntries(fields(form).map((one) => [one.name, one.value]));
const texts = (form) => fields(form).filter((one) => one.matches("textarea, input"));

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
    one.value = value;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function keep(form, key) {
  const data = read(form);
  try {
    if (texts(form).some((one) => one.value.trim())) localStorage.setItem(key, JSON.stringify(data));
    else localStorage.removeItem(key);
  } catch {
    // No room, or not allowed: the server's draft remains.
  }
  if (!("draftKeep" in form.dataset)) return;
  const body = new FormData();
  for (const [name, value] of Object.entries(data)) body.set(name, value);
  body.set("key", form.dataset.draft);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken?.value ?? "");
  fetch(form.dataset.draftUrl, { method: "POST", body, keepalive: body.toString().length < 60000 }).catch(() => {});
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  let timer;
  restore(form, key);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(form, key), WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    // Gone from this device once sent; an error page has the text in its form.
    localStorage.removeItem(key);
  });
}
