// Pages that others change meanwhile look again when the server says so. Every page works without this file: load it again.
(() => {
  "use strict";
  // Whoever unfolds a form wants to type in it.
  document.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.querySelector("[data-first]")?.focus();
  }, true);

  const where = document.body.dataset.live;
  const regions = () => [...document.querySelectorAll("[data-look]")];
  if (!where || regions().length === 0) return;
  const told = document.getElementById("told");
  const said = (region) => [...region.querySelectorAll("[data-say]")].map((line) => line.textContent.trim());
  // Where the focus and the row at hand were, they are again.
  const name = (element) => element && (element.id || element.getAttribute("href") || element.closest("form")?.getAttribute("action"));
  const named = (region, wanted) => [...region.querySelectorAll("a, button, input, summary")].find((element) => name(element) === wanted);
  const show = (region, html) => {
    if (region.dataset.shown === html) return;
    const before = said(region);
    const focus = region.contains(document.activeElement) ? name(document.activeElement) : null;
    const hand = name(region.querySelector("tr.at-hand a"));
    region.innerHTML = html;
    region.dataset.shown = html;
    if (focus) named(region, focus)?.focus({ preventScroll: true });
    if (hand) named(region, hand)?.closest("tr")?.classList.add("at-hand");
    const fresh = said(region).filter((line) => !before.includes(line));
    if (fresh.length > 0 && told) told.textContent = fresh.join(" ");
  };
  const look = async () => {
    for (const region of regions()) {
      const answer = await fetch(region.dataset.look, { headers: { "duly-live": "yes" }, redirect: "manual" }).catch(() => null);
      // Nothing is taken away when the server cannot be asked, or the session is over.
      if (answer?.ok) show(region, answer.status === 204 ? "" : await answer.text());
    }
  };
  // One look at a time; what comes meanwhile is looked at once after it.
  let looking = false;
  let again = false;
  const lookSoon = async () => {
    again = true;
    if (looking) return;
    looking = true;
    while (again) { again = false; await look(); }
    looking = false;
  };
  let stream = null;
  let instead = 0;
  const begin = () => {
    stream = new EventSource(where);
    stream.addEventListener("look", lookSoon);
    stream.addEventListener("error", () => {
      // Refused, for too many are open, or the session is over: look now and then.
      if (stream.readyState === EventSource.CLOSED && !instead) instead = setInterval(lookSoon, 15000);
    });
  };
  begin();
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { begin(); lookSoon(); } });
})();
