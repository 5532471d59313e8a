// A display: shows the code of the second, whatever this device's clock says, and goes on without network for as long as it has
// codes ahead. A code whose time is over is never shown.
(() => {
  const MODULES = 65;
  const QUIET_ZONE = 4;
  const ROW_BYTES = 9;
  const NEWS_EVERY = 60_000; // ms
  const LATE = 150_000; // ms without an answer before the screen speaks of it
  const SLOWEST = 20_000; // ms that an answer may take
  const LONGEST_PAUSE = 60_000; // ms between two tries
  const WRONG_CLOCK = 60_000; // ms
  const JUMP = 2_000; // ms: the clock was set, or the device slept
  const REST = 4_000; // ms until the pointer goes away

  const { codes: address, worker, scope, page } = document.body.dataset;
  const words = JSON.parse(document.getElementById("words").textContent);
  const byId = (id) => document.getElementById(id);
  const canvas = byId("code");
  const said = {};

  let codes = []; // { from, until (Unix seconds), check_code, modules }, in order
  let state = { offset: 0, edition: "", zone: undefined, last: 0, heard: 0 }; // ms, but for edition and zone
  let isTimeKnown = false;
  let isSwitchedOff = false;
  let shown = null;
  let tries = 0;
  let asking = false;
  let timer;
  let ticked = { date: Date.now(), steady: performance.now() };
  let areCodesKept = true;
  let fitted = "";

  const now = () => Date.now() + state.offset; // ms, as the server counts

  // --- What is on the screen ---------------------------------------------------------------------------------------------------

  function say(id, text) {
    if (said[id] === text) return;
    said[id] = text;
    byId(id).textContent = text;
    byId(id).hidden = text === "";
  }

  // As large as fits, whatever the language, the name and the news.
  function fit() {
    const place = document.querySelector(".said");
    for (let scale = 1; scale > 0.4; scale -= 0.06) {
      place.style.setProperty("--fit", scale);
      fitName();
      if (place.scrollHeight <= place.clientHeight) break;
    }
  }

  // Smaller before a word of the name is broken, or a line of it hidden.
  function fitName() {
    const name = byId("place");
    name.style.overflowWrap = "normal";
    for (let scale = 1; scale > 0.3; scale -= 0.06) {
      name.style.setProperty("--name", scale);
      // Letters reach out of the last line by less than half a line.
      const hidden = name.scrollHeight - name.clientHeight > parseFloat(getComputedStyle(name).fontSize) / 2;
      if (!hidden && name.scrollWidth <= name.clientWidth) break;
    }
    name.style.overflowWrap = "";
  }

  function time(moment, withSeconds) {
    const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: state.zone };
    if (withSeconds) parts.second = "2-digit";
    return new Intl.DateTimeFormat("en-GB", parts).format(moment);
  }

  // Which day, where the hour alone would leave it open.
  function day(moment) {
    if (moment - now() < 20 * 3_600_000) return "";
    return `${new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", timeZone: state.zone }).format(moment)} `;
  }

  function show() {
    const moment = now();
    const code = isTimeKnown && !isSwitchedOff ? codes.find((one) => one.from * 1000 <= moment && moment < one.until * 1000) : null;
    if (code !== shown) {
      shown = code;
      canvas.hidden = !code;
      byId("check").hidden = !code;
      if (code) draw();
    }
    const end = code ? code.until * 1000 : 0;
    say("check-code", code ? code.check_code : "");
    say("renews", code ? words.renews_at.replace("{time}", time(end, end % 60_000 !== 0)) : "");
    say("clock", isTimeKnown ? time(moment) : "");
    byId("wrong-clock").hidden = !(isTimeKnown && Math.abs(state.offset) > WRONG_CLOCK);
    const last = codes.length ? codes[codes.length - 1].until * 1000 : 0;
    const isLate = isTimeKnown && state.heard > 0 && moment - state.heard > LATE;
    const news = words.no_network.replace("{since}", time(state.heard)).replace("{until}", day(last) + time(last));
    say("no-network", code && isLate ? news : "");
    explain(code);
    const text = document.querySelector(".said").innerText.replace(/\d/g, "");
    if (text !== fitted) {
      fitted = text;
      fit();
    }
  }

  function explain(code) {
    let [title, text] = [words.no_code, words.no_code_text];
    if (isSwitchedOff) [title, text] = [words.switched_off, words.switched_off_text];
    else if (tries === 0 && state.heard === 0) [title, text] = [words.fetching, ""];
    byId("no-code").hidden = Boolean(code);
    document.querySelector(".no-code-title").textContent = code ? "" : title;
    document.querySelector(".no-code-text").textContent = code ? "" : text;
  }

  // Modules of whole pixels of the screen, so that their edges are sharp.
  function draw() {
    if (!shown) return;
    const place = canvas.parentElement.getBoundingClientRect();
    const density = window.devicePixelRatio || 1;
    const side = MODULES + 2 * QUIET_ZONE;
    const pixels = Math.max(1, Math.floor((Math.min(place.width, place.height) * density) / side));
    canvas.width = canvas.height = side * pixels;
    canvas.style.width = canvas.style.height = `${(side * pixels) / density}px`;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#000";
    const bits = Uint8Array.from(atob(shown.modules), (character) => character.charCodeAt(0));
    for (let y = 0; y < MODULES; y += 1) {
      for (let x = 0; x < MODULES; x += 1) {
        if (bits[y * ROW_BYTES + (x >> 3)] & (0x80 >> (x & 7))) {
          pen.fillRect((x + QUIET_ZONE) * pixels, (y + QUIET_ZONE) * pixels, pixels, pixels);
        }
      }
    }
  }

  function tick() {
    const before = ticked;
    ticked = { date: Date.now(), steady: performance.now() };
    const jump = ticked.date - before.date - (ticked.steady - before.steady);
    // Set back: the steady clock knows better. Forward may be a sleep, in which the steady clock stands still on some devices.
    if (jump < -JUMP) state.offset -= jump;
    if (Math.abs(jump) > JUMP) ask();
    show();
    setTimeout(tick, 1000 - (now() % 1000) + 3);
  }

  // --- News from the server ------------------------------------------------------------------------------------------------------

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(ask, milliseconds);
  }

  async function ask() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    let pause = NEWS_EVERY;
    try {
      const last = codes.length ? codes[codes.length - 1].until : 0;
      const answer = await getNews(`${address}?from=${last}&edition=${state.edition}`);
      tries = 0;
      if (answer.isOff) switchOff();
      else pause = take(answer.news);
    } catch (problem) {
      tries += 1;
      // Spread, so that all displays of a town do not come back in one second.
      pause = problem.wait || Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(tries, 6)) * (0.75 + Math.random() / 2);
    } finally {
      asking = false;
    }
    show();
    await keep();
    later(pause);
  }

  async function getNews(url) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), SLOWEST);
    try {
      const sent = Date.now();
      const response = await fetch(url, { signal: stop.signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
      // Said by the portal itself, not by something in between.
      if (response.status === 404 && response.headers.get("X-Display") === "off") return { isOff: true };
      if (!response.ok) throw Object.assign(new Error(), { wait: 1000 * response.headers.get("Retry-After") });
      const news = await response.json();
      // As NTP does it: what the server needs to make codes does not count, only the way there and back.
      const offset = (news.received - sent + (news.sent - Date.now())) / 2;
      return { isOff: false, news: { ...news, offset } };
    } finally {
      clearTimeout(late);
    }
  }

  // How long to wait until the next question, in milliseconds.
  function take(news) {
    isSwitchedOff = false;
    isTimeKnown = true;
    state.offset = news.offset;
    if (news.edition !== state.edition) codes = [];
    state = { ...state, edition: news.edition, zone: news.zone, heard: now(), last: now() };
    areCodesKept = areCodesKept && news.codes.length === 0;
    const first = news.codes.length ? news.codes[0].from : Infinity;
    codes = codes.filter((one) => one.until * 1000 > now() && one.until <= first).concat(news.codes);
    say("place", news.place);
    say("room", news.room);
    document.title = news.place;
    if (news.page !== page) return reload();
    const isFull = codes.length > 0 && codes[codes.length - 1].until >= news.until;
    return news.codes.length && !isFull ? 300 : NEWS_EVERY;
  }

  function switchOff() {
    isSwitchedOff = true;
    codes = [];
    areCodesKept = false;
    state = { ...state, edition: "" };
    window.caches?.delete(scope);
  }

  // The portal has a newer page. Not twice in a row: a stale page must not load itself for ever.
  function reload() {
    const before = Number(sessionStorage.getItem("reloaded"));
    if (Date.now() - before > 3_600_000) {
      sessionStorage.setItem("reloaded", Date.now());
      location.reload();
    }
    return NEWS_EVERY;
  }

  // --- What outlives a reload ----------------------------------------------------------------------------------------------------

  const isKeeping = "indexedDB" in window;

  function store() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(scope, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

  async function keep() {
    if (!isKeeping) return;
    state.last = Math.max(state.last, now());
    try {
      const database = await store();
      const kept = database.transaction("kept", "readwrite").objectStore("kept");
      kept.put(state, "state");
      if (!areCodesKept) kept.put(codes, "codes");
      areCodesKept = true;
      kept.transaction.oncomplete = () => database.close();
    } catch {
      // A browser that keeps nothing for this page: it still shows codes until it is closed.
    }
  }

  async function recall() {
    if (!isKeeping) return;
    try {
      const database = await store();
      const kept = database.transaction("kept").objectStore("kept");
      const read = (key) => new Promise((resolve) => (kept.get(key).onsuccess = (event) => resolve(event.target.result)));
      const [before, codesBefore] = await Promise.all([read("state"), read("codes")]);
      database.close();
      if (!before) return;
      state = { ...state, ...before };
      codes = codesBefore || [];
      // A clock that stands before what was already seen has lost the time: better no code than an old one.
      isTimeKnown = now() >= state.last - JUMP;
    } catch {
      // As above.
    }
  }

  async function openWithoutNetwork() {
    try {
      await navigator.serviceWorker?.register(worker, { scope });
      const own = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
      const needed = [new URL(scope, location).href, ...own.map((element) => element.href || element.src)];
      const cache = await caches.open(scope);
      await cache.addAll(needed.map((url) => new Request(url, { credentials: "omit" })));
      const old = (await cache.keys()).filter((request) => !needed.includes(request.url));
      await Promise.all(old.map((request) => cache.delete(request)));
      await navigator.storage?.persist?.();
    } catch {
      // No network just now, or a browser without: everything but loading again without network still works.
    }
  }

  // --- The device ----------------------------------------------------------------------------------------------------------------

  async function stayAwake() {
    if (document.visibilityState !== "visible") return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Refused when the battery is low, for instance.
    }
  }

  const button = byId("full-screen");
  function offerFullScreen() {
    button.hidden = !document.fullscreenEnabled || Boolean(document.fullscreenElement);
  }
  button.addEventListener("click", () => document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {}));
  document.addEventListener("fullscreenchange", offerFullScreen);

  let resting;
  function rest() {
    document.body.classList.remove("is-resting");
    clearTimeout(resting);
    resting = setTimeout(() => document.body.classList.add("is-resting"), REST);
  }
  ["pointermove", "pointerdown", "keydown"].forEach((name) => document.addEventListener(name, rest));

  document.addEventListener("visibilitychange", () => {
    stayAwake();
    show();
  });
  window.addEventListener("online", ask);
  window.addEventListener("resize", () => {
    draw();
    fit();
  });

  offerFullScreen();
  rest();
  stayAwake();
  recall().then(() => {
    tick();
    ask();
    openWithoutNetwork();
  });
})();
