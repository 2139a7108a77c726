// A short toolbar over a text field: marks, a preview made by the server, pictures by button, paste or drop.
const marks = {
  bold: (text) => `**${text || "…"}**`,
  list: (text) => (text || "…").split("\n").map((line) => `- ${line}`).join("\n"),
  link: (text) => `[${text || "…"}](https://)`,
};

function insert(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function preview(editor, button) {
  const field = editor.querySelector("textarea");
  const shown = editor.querySelector(".preview");
  const on = button.getAttribute("aria-pressed") !== "true";
  if (on) {
    const body = new FormData();
    body.set("text", field.value);
    body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken?.value ?? "");
    const answer = await fetch(editor.dataset.previewUrl, { method: "POST", body });
    if (!answer.ok) return;
    shown.innerHTML = await answer.text();
  }
  button.setAttribute("aria-pressed", on);
  shown.hidden = !on;
  field.hidden = on;
}

async function addPicture(editor, file) {
  const field = editor.querySelector("textarea");
  const error = editor.querySelector("[data-upload-error]");
  editor.setAttribute("aria-busy", "true");
  const { markdown, words } = await send(editor.dataset.uploadUrl, file, field.form.elements.csrfmiddlewaretoken?.value ?? "");
  editor.removeAttribute("aria-busy");
  error.hidden = !words;
  error.textContent = words;
  if (markdown) insert(field, `\n${markdown}\n`);
}

/** Sends one picture: gives the Markdown that shows it, or words that say what was wrong. @returns {Promise<{markdown: string, words: string}>} one of the two is empty */
async function send(url, file, token) {
  const body = new FormData();
  body.set("picture", file);
  body.set("csrfmiddlewaretoken", token);
  try {
    const answer = await fetch(url, { method: "POST", body });
    if (answer.headers.get("content-type")?.includes("json")) {
      const { markdown = "", error = "" } = await answer.json();
      return { markdown, words: error };
    }
    // A refusal is a page: its first sentence says why.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return { markdown: "", words: page.querySelector(".lead")?.textContent.trim() || page.title };
  } catch (error) {
    return { markdown: "", words: error.message };
  }
}

function press(editor, button) {
  const field = editor.querySelector("textarea");
  const mark = button.dataset.mark;
  if (mark === "preview") preview(editor, button);
  else if (mark === "picture") editor.querySelector("input[type=file]").click();
  else insert(field, marks[mark](field.value.slice(field.selectionStart, field.selectionEnd)));
}

/** The toolbar is one stop of the Tab key; arrows move within it. */
function walk(toolbar, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...toolbar.querySelectorAll("button")];
  const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
  event.preventDefault();
}

function wake(root) {
  for (const editor of root.querySelectorAll("[data-editor]:not([data-awake])")) {
    editor.dataset.awake = "";
    const toolbar = editor.querySelector("[role=toolbar]");
    toolbar.querySelectorAll("button").forEach((button, index) => (button.tabIndex = index ? -1 : 0));
    toolbar.addEventListener("click", (event) => event.target.dataset.mark && press(editor, event.target));
    toolbar.addEventListener("keydown", (event) => walk(toolbar, event));
    if (!editor.dataset.uploadUrl) continue;
    const input = editor.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      if (input.files[0]) addPicture(editor, input.files[0]);
      input.value = "";
    });
    const take = (event) => {
      const file = [...((event.clipboardData || event.dataTransfer)?.files || [])].find((one) => one.type.startsWith("image/"));
      if (!file) return;
      event.preventDefault();
      addPicture(editor, file);
    };
    editor.addEventListener("paste", take);
    editor.addEventListener("drop", take);
  }
}

wake(document);
document.addEventListener("htmx:load", (event) => wake(event.target));
