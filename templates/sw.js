// Shows a page of its own where a page cannot be reached. Keeps that page and its stylesheet, and nothing else:
// pages that people read are never kept.
const CACHE = "offline-{{ version }}";
const PAGES = { {% for lang, url in pages %}{{ lang }}: "{{ url }}"{% if not forloop.last %}, {% endif %}{% endfor %} };
const STYLE = "{{ style }}";

self.addEventListener("install", (event) => {
  // Without credentials: what is kept is the same for everybody.
  const wanted = [...Object.values(PAGES), STYLE].map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    // The page is asked for while this script starts, so that it costs no time.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith((async () => {
      try {
        return (await event.preloadResponse) || (await fetch(request));
      } catch {
        const lang = url.pathname.split("/")[1];
        return (await caches.match(PAGES[lang] || PAGES[navigator.language.slice(0, 2)] || PAGES.en)) || Response.error();
      }
    })());
  } else if (url.pathname === STYLE && url.origin === location.origin) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(STYLE)) || Response.error()));
  }
});
