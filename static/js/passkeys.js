// Passkeys: asks the browser for one and sends what it says. The browser's part is allauth's webauthn-json.js.

/** Shows what went wrong, in the words that the page holds for it. */
function trouble(form, kind) {
  for (const words of form.querySelectorAll("[data-trouble]")) words.hidden = words.dataset.trouble !== kind;
}

/** Options for making a credential: one that signs in alone, or one beside the password. */
function forNew(options, alone) {
  const choice = (options.publicKey.authenticatorSelection ??= {});
  choice.residentKey = alone ? "required" : "discouraged";
  choice.requireResidentKey = alone;
  if (alone) choice.userVerification = "required";
  return options;
}

async function credentialFor(form) {
  const { create, get } = window.webauthnJSON;
  if (form.dataset.passkey === "login") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return get((await answer.json()).request_options);
  }
  const data = JSON.parse(document.getElementById("passkey-data").textContent);
  if (form.dataset.passkey === "add") {
    return create(forNew(data.creation_options, form.elements.passwordless?.checked ?? false));
  }
  return get(data.request_options);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble(form, "");
    if (!window.PublicKeyCredential) return trouble(form, "unsupported");
    try {
      form.elements.credential.value = JSON.stringify(await credentialFor(form));
    } catch (error) {
      return trouble(form, error.name === "SecurityError" ? "address" : "failed");
    }
    form.submit();
  });
}
