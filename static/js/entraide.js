// What every page shares: moments made relative. Other modules are loaded by the pages that use them.

const lang = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
const steps = [["minute", 60], ["hour", 24], ["day", 7]];

/** Shortens each absolute time to "3 hours ago", keeping the exact one on hover. Older than a week stays as it is. */
export function shortenTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-when]")) {
    time.title ||= time.textContent;
    let amount = (Date.parse(time.dateTime) - Date.now()) / 60000;
    for (const [unit, size] of steps) {
      if (Math.abs(amount) < size) {
        // It is one word to the eye: no line ends within it.
        time.textContent = relative.format(Math.round(amount), unit).replaceAll(" ", "\u00a0").replaceAll("-", "\u2011");
        break;
      }
      amount /= size;
    }
  }
}

shortenTimes();

// Where a row slides within itself, what is chosen is in sight.
for (const strip of document.querySelectorAll(".strip")) {
  const here = strip.querySelector("[aria-current]");
  if (here && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - strip.clientWidth / 3;
}
document.addEventListener("htmx:load", (event) => shortenTimes(event.target));

// Without a connection, a page that says so. Browsers have this on secure sites only.
if ("serviceWorker" in navigator) {
  window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}

// A part of the page that could not be changed says why, where it happened.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = event.detail;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const words = page.querySelector(".lead")?.textContent.trim() || page.querySelector("h1")?.textContent.trim();
  if (!words || requestConfig.verb === "get") return;
  const notice = document.createElement("p");
  notice.className = "notice held";
  notice.setAttribute("role", "alert");
  notice.textContent = words;
  const button = requestConfig.triggeringEvent?.submitter;
  (button?.closest(".actions") || document.getElementById("main")).before(notice);
});

// Where a swap takes away the button that was pressed, the focus goes to the first one of the same post, wherever
// that is now. The page follows for those who work by keys and stays where it is for all others.
let left = null;
document.addEventListener("htmx:beforeSwap", () => {
  const here = document.activeElement;
  left = { post: here.closest("article[id], .post[id]")?.id, seen: here.matches(":focus-visible") };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!left?.post || document.activeElement !== document.body) return;
  document.getElementById(left.post)?.querySelector(".actions :is(button, a)")?.focus({ preventScroll: !left.seen });
});
