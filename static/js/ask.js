// The ask form: topics of the chosen product only, what helpers need to know, the product guessed from the title.
const product = document.getElementById("product");
const topic = document.getElementById("topic");
const hint = document.querySelector("#details-hint [data-default]");
const title = document.getElementById("title");
let chosen = false;

function showTopics() {
  for (const group of topic.querySelectorAll("optgroup")) {
    const fits = group.dataset.product === product.value;
    group.hidden = group.disabled = !fits;
    if (!fits && group.contains(topic.selectedOptions[0])) topic.value = "";
  }
}

function showHint() {
  if (hint) hint.textContent = topic.selectedOptions[0]?.dataset.askFor || hint.dataset.default;
}

/** Until the asker chooses, a product whose name stands in the title is the guess. */
function guess() {
  if (chosen) return;
  const said = title.value.toLowerCase();
  const named = [...product.options].filter((one) => one.value && said.includes(one.text.trim().toLowerCase()));
  const best = named.sort((a, b) => b.text.length - a.text.length)[0];
  if (best && best.value !== product.value) {
    product.value = best.value;
    showTopics();
    showHint();
  }
}

product.addEventListener("change", (event) => {
  chosen ||= event.isTrusted;
  showTopics();
  showHint();
});
topic.addEventListener("change", showHint);
title?.addEventListener("input", guess);
showTopics();
