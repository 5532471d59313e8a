// Lets a display open its page again without network. The codes themselves are kept by the page (display.js).
const SECONDS = 5;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isPart = request.mode === "navigate" || ["script", "style", "image"].includes(request.destination);
  if (request.method !== "GET" || !isPart || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(newestOrKept(request));
});

async function newestOrKept(request) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), SECONDS * 1000);
  try {
    // A navigation cannot be passed on as it is together with a signal.
    const answer = await fetch(request.mode === "navigate" ? request.url : request, { signal: stop.signal });
    const isOff = answer.status === 404 && answer.headers.get("X-Display") === "off";
    if (isOff) await forget(request.url);
    // Redirected: the sign-in page of a guest network, most likely.
    if (isOff || (answer.ok && !answer.redirected)) return answer;
    return (await kept(request)) || answer;
  } catch (error) {
    const answer = await kept(request);
    if (answer) return answer;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function kept(request) {
  return caches.match(request, { ignoreVary: true, ignoreSearch: request.mode === "navigate" });
}

// The link opens nothing any more: nothing of it stays on the device.
async function forget(url) {
  const name = new URL(url).pathname;
  await caches.delete(name);
  indexedDB.deleteDatabase(name);
  await self.registration.unregister();
}
