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
