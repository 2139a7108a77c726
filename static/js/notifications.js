// Following a notification marks it as read. Without this module its button does.

const list = document.querySelector("[data-notifications]");

list?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-id]");
  const form = link?.closest("li").querySelector("form");
  if (!form) return;
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" });
});
