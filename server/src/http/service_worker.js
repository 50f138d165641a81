// Stands in when there is no network, and does nothing else: it keeps the page that says so, and never an answer, a
// conversation or a stream. Each build has a version of its own; the new one takes over at once, and the old one's files go.
const VERSION = "{version}";
const SHELL = ["/offline", {files}];
const CACHE = `rivulet-shell-${VERSION}`;

addEventListener("install", (event) => {
  // Browsers that can leave this worker asleep for what is none of its business.
  const routes = ["/api/*", "/v1/*"].map((urlPattern) => ({ condition: { urlPattern }, source: "network" }));
  event.waitUntil(Promise.resolve(event.addRoutes?.(routes)).catch(() => undefined));
  const files = SHELL.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("rivulet-shell-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    // The page is asked for while this worker starts.
    await registration.navigationPreload?.enable();
    await clients.claim();
  };
  event.waitUntil(tidy());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || /^\/(api|v1)\//.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  // The network is always asked first: what is kept here is for when there is none.
  else if (SHELL.includes(pathname)) event.respondWith(fetch(request).catch(() => kept(pathname)));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return kept("/offline");
  }
}

async function kept(path) {
  return (await caches.match(path, { cacheName: CACHE })) ?? Response.error();
}

// A notification that the page could not show by itself.
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const show = (pages) => (pages[0] ? pages[0].focus() : clients.openWindow("/"));
  event.waitUntil(clients.matchAll({ type: "window" }).then(show));
});
