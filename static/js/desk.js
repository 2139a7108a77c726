// The desk by keyboard: J and K move through the cases, T takes, R goes to the answer.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function move(step) {
  const cases = [...document.querySelectorAll(".case")];
  const focused = cases.findIndex((row) => row.contains(document.activeElement));
  const from = focused >= 0 ? focused : cases.findIndex((row) => row.hasAttribute("aria-current"));
  const next = cases[Math.min(Math.max(from + step, 0), cases.length - 1)];
  next?.querySelector("a").focus();
}

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "t") document.querySelector("button[data-key='t']")?.click();
  else if (key === "r") document.querySelector("textarea[data-key='r']")?.focus();
  else return;
  event.preventDefault();
});
