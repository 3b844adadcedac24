// Keeps the columns up to date without touching what is being typed. The page
// works without it.
"use strict";
(() => {
  const { base, lang } = document.body.dataset;
  const lists = () => document.querySelectorAll("ol.posts");
  // The last post, from its top: whoever decides reads before the buttons.
  const end = (list) => {
    list.scrollTop = list.scrollHeight;
    list.scrollTop = Math.min(list.scrollTop, list.lastElementChild?.offsetTop ?? 0);
    list.dataset.end = list.scrollTop;
  };

  async function refresh() {
    const since = lists()[0].dataset.version;
    const answer = await fetch(`${base}/posts?lang=${lang}&since=${since}`);
    if (answer.status !== 200) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const key = document.activeElement?.dataset.key;
    for (const list of lists()) {
      const next = fresh.getElementById(list.id);
      if (!next) continue;
      const low = list.scrollHeight - list.scrollTop - list.clientHeight < 80 || String(list.scrollTop) === list.dataset.end;
      const top = list.scrollTop;
      list.replaceChildren(...next.childNodes);
      list.dataset.version = next.dataset.version;
      if (low) end(list); else list.scrollTop = top;
    }
    if (key) document.querySelector(`[data-key="${key}"]`)?.focus();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const button = event.submitter;
    if (button) button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      if (!answer.ok) { location.reload(); return; }
      if (form.matches(".say")) form.elements.text.value = "";
      await refresh();
    } finally {
      if (button) button.disabled = false;
    }
  });

  lists().forEach(end);
  setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, 2000);
})();
