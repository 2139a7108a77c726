// Reading: code copied by a button, and nothing left folded on paper.

function addButtons(root) {
  for (const block of root.querySelectorAll(".code[data-copy]:not(:has(> button))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button copy";
    button.textContent = block.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd());
      button.textContent = block.dataset.copied;
      setTimeout(() => (button.textContent = block.dataset.copy), 2000);
    });
    block.append(button);
  }
}

// Only a page that came safely may use the clipboard.
if (navigator.clipboard) {
  addButtons(document);
  document.addEventListener("htmx:load", (event) => addButtons(event.target.parentElement ?? document));
}

const folded = () => document.querySelectorAll("details.fold:not([open])");
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...folded()];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
