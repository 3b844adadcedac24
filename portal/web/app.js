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

// While a request moves, show where it stands; never under somebody who types.
const live = () => document.querySelector("#live[data-live]");
const refresh = async () => {
  const shown = live();
  if (!shown) return;
  const busy = shown.contains(document.activeElement) || shown.querySelector("details[open]") || document.hidden;
  const reply = busy ? null : await fetch(location.href).catch(() => null);
  if (reply?.ok && !reply.redirected) {
    const next = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("live");
    if (next && next.innerHTML !== shown.innerHTML) shown.replaceWith(next);
  }
  setTimeout(refresh, 3000);
};
if (live()) setTimeout(refresh, 3000);
