// The page of a thread: acts that leave what one looks at where it is, and what was read told once it was seen.

// Somebody who looks this long (ms) has seen the page; browsers also fetch pages that nobody sees.
const SEEN_AFTER = 1500;

// -- acts: the thread is drawn anew, and the post whose button was pressed stays where it is on the screen --

let held = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const post = requestConfig?.triggeringEvent?.submitter?.closest(".post[id]");
  held = target?.id === "thread" && post ? { id: post.id, top: post.getBoundingClientRect().top } : null;
});

// Once settled: until then the new elements wear the old ones' classes.
document.addEventListener("htmx:afterSettle", () => {
  const post = held && document.getElementById(held.id);
  if (!post) return;
  window.scrollBy({ top: post.getBoundingClientRect().top - held.top, behavior: "instant" });
  // What came of it is where the keyboard goes on, and what a screen reader says.
  const next = post.querySelector("#thanks") ?? (document.activeElement === document.body ? post.querySelector(".actions .button") : null);
  next?.focus({ preventScroll: true });
  held = null;
});

// -- the answer, one thumb away --

document.addEventListener("click", (event) => {
  if (!event.target.closest('.thumb a[href="#answer"]')) return;
  const field = document.querySelector("#answer textarea");
  if (!field) return;
  event.preventDefault();
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
});

// Where the field itself is on the screen, the way to it would only cover it.
const thumb = document.querySelector(".thumb");
const sight = thumb && new IntersectionObserver(
  (seen) => thumb.classList.toggle("away", seen.at(-1).isIntersecting), { rootMargin: "0px 0px -72px" },
);
function watch() {
  const field = document.querySelector("#answer textarea");
  sight?.disconnect();
  if (field) sight?.observe(field);
}
watch();
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "thread" && watch());

// -- read up to here --

function tell() {
  const { seenUrl, seenTo } = document.getElementById("thread")?.dataset ?? {};
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]")?.value;
  if (!seenUrl || !token) return;
  const body = new FormData();
  body.set("to", seenTo);
  body.set("csrfmiddlewaretoken", token);
  fetch(seenUrl, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
}

let timer;
function look() {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && !document.prerendering) timer = setTimeout(tell, SEEN_AFTER);
}
document.addEventListener("visibilitychange", look);
document.addEventListener("prerenderingchange", look);
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "thread" && look());
look();
