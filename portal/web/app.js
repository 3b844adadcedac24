// What the pages do better with JavaScript. Everything works without it.
"use strict";

// While an address is typed, say whether it is free.
for (const input of document.querySelectorAll("input[data-free]")) {
  const answer = document.getElementById(input.id + "-live");
  let timer, asked;
  const ask = async () => {
    const address = input.value.trim();
    if (address === asked) return;
    asked = address;
    if (!/@.+\../.test(address)) return answer.replaceChildren();
    const reply = await fetch(input.dataset.free + "?adresse=" + encodeURIComponent(address)).catch(() => null);
    if (asked !== address) return;
    if (reply?.ok && !reply.redirected) answer.innerHTML = await reply.text();
    else answer.replaceChildren();
  };
  input.addEventListener("input", () => {
    document.getElementById(input.id + "-err")?.remove(); // it was about what is no longer there
    input.ariaInvalid = "false";
    clearTimeout(timer);
    timer = setTimeout(ask, 300);
  });
  if (input.ariaInvalid !== "true") ask();
}

// What moves is shown as it moves; never under somebody who types or has opened
// something: they are told, and choose. Only a page that is looked at watches.
const news = document.getElementById("news");
const live = () => document.getElementById("live");
const watched = live()?.dataset.watch;
let stream, waiting, last;

const reloadLink = (text) => {
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = text;
  link.className = "btn small";
  return link;
};

const refresh = async () => {
  const shown = live();
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (typing || shown.querySelector("details[open]") || document.querySelector("dialog[open]")) {
    return news.replaceChildren(shown.dataset.changed + " ", reloadLink(shown.dataset.reload));
  }
  const reply = await fetch(location.href).catch(() => null);
  if (!reply?.ok || reply.redirected) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const next = page.getElementById("live");
  if (!next) return;
  const changed = next.innerHTML !== shown.innerHTML;
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [...shown.querySelectorAll("a, button")].filter((e) => e.textContent === focused.textContent).indexOf(focused);
  shown.replaceWith(next);
  const menu = page.querySelector(".nav");
  if (menu && !document.querySelector(".nav")?.contains(document.activeElement)) document.querySelector(".nav")?.replaceWith(menu);
  if (focused) ([...next.querySelectorAll("a, button")].filter((e) => e.textContent === focused.textContent)[place] ?? document.getElementById("main")).focus();
  if (changed) news.textContent = next.dataset.shown;
};

const watch = () => {
  if (!watched || stream || document.hidden) return;
  stream = new EventSource(last ? watched.replace(/vu=[^&]*/, "vu=" + last) : watched);
  stream.onmessage = (event) => {
    last = event.data;
    refresh();
  };
  stream.addEventListener("fin", () => {
    stop();
    refresh();
  });
  stream.onerror = () => {
    if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    stop();
    clearTimeout(waiting);
    waiting = setTimeout(() => (refresh(), watch()), 30000); // no room: ask now and then
  };
};
const stop = () => {
  stream?.close();
  stream = undefined;
};
addEventListener("visibilitychange", () => (document.hidden ? stop() : watch()));
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && (refresh(), watch()));
watch();

// The palette: what is typed is searched for, and Enter goes there. It does nothing.
const palette = document.getElementById("palette");
if (palette) {
  const box = document.getElementById("palette-q");
  const list = document.getElementById("palette-list");
  let timer, asked, at = -1;
  const choose = (n) => {
    const all = [...list.querySelectorAll("[data-href]")];
    at = all.length ? (n + all.length) % all.length : -1;
    all.forEach((option, i) => (option.ariaSelected = String(i === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const q = box.value.trim();
    if (q === asked) return;
    asked = q;
    if (!q) return list.replaceChildren(), choose(-1);
    const reply = await fetch(palette.dataset.search + "?partie=oui&q=" + encodeURIComponent(q)).catch(() => null);
    if (asked !== q || !reply?.ok || reply.redirected) return;
    list.innerHTML = await reply.text();
    choose(0);
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  box.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(timer);
      await ask();
      const there = list.querySelectorAll("[data-href]")[at];
      location.href = there?.dataset.href ?? palette.dataset.search + "?q=" + encodeURIComponent(box.value);
    }
  });
  list.addEventListener("click", (event) => {
    const there = event.target.closest("[data-href]");
    if (there) location.href = there.dataset.href;
  });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) return palette.close();
    palette.showModal();
    box.select();
  });
}

// Single keys, unless switched off in the preferences or somebody types.
const places = { a: "/mes-adresses", d: "/demandes", v: "/a-valider", e: "/etat" };
let going = false;
const step = (by) => {
  const all = [...document.querySelectorAll("#live .choices a")];
  const now = all.indexOf(document.activeElement);
  const from = now >= 0 ? now : all.findIndex((a) => a.ariaCurrent);
  all[Math.min(Math.max(from + by, 0), all.length - 1)]?.focus();
};
const keys = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => (location.href = "/preferences#h-keys"),
  g: () => (going = true),
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement?.closest?.(".choices a")?.click(),
  v: () => document.querySelector("form[action$='/valider'] button, a[href*='/identite?']")?.focus(),
  r: () => {
    const reason = document.getElementById("motif-refus");
    if (!reason) return;
    reason.closest("details").open = true;
    reason.focus();
  },
};
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, dialog, [contenteditable]");
  if (document.documentElement.dataset.keys !== "oui" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const there = going && places[event.key];
  going = false;
  if (there) return (location.href = there);
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
