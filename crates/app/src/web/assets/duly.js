// Keys and the light switch. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });

  // On a narrow screen the tab we are on may lie outside its row.
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
  });

  const follow = (id) => document.getElementById(id)?.click();
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const move = (by) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.findIndex((row) => row.classList.contains("at-hand"));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    all.forEach((row) => row.classList.toggle("at-hand", row === next));
    const link = next.querySelector("a");
    link.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const acts = {
    "/": () => document.getElementById("find")?.focus(),
    n: () => follow("next-best"),
    i: () => follow("they-called"),
    j: () => move(1),
    k: () => move(-1),
    c: () => follow("do-contact"),
    p: () => follow("do-promise"),
    m: () => follow("do-payment"),
    w: () => follow("do-result"),
    y: () => follow("why"),
    h: () => follow("hang-up"),
    t: () => document.getElementById("heard")?.focus(),
  };
  // Whoever answered has a number, as the buttons show it.
  const pressed = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, select, textarea");
    if (event.key === "Enter" && event.ctrlKey) {
      const form = field?.form ?? document.querySelector("form[data-main]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape") {
      const open = document.querySelector("a[data-close]");
      if (field) field.blur(); else if (open) open.click();
      return;
    }
    if (event.key === "ArrowRight" && event.ctrlKey && !field) { follow("next-stage"); return; }
    if (field || event.ctrlKey || event.altKey || event.metaKey) return;
    // A key that is held does a thing once, and never on the page that follows.
    const act = acts[event.key.toLowerCase()] ?? (!event.repeat && pressed(event.key) && (() => pressed(event.key).click()));
    if (act) { event.preventDefault(); act(); }
  });
  // How long a call, or its wrap-up, has lasted: counted on from what the server said, whatever this machine's clock says.
  const began = new WeakMap();
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => document.querySelectorAll("[data-spent]").forEach((clock) => {
    if (!began.has(clock)) began.set(clock, performance.now() - Number(clock.dataset.spent) * 1000);
    const spent = Math.floor((performance.now() - began.get(clock)) / 1000);
    const [hours, minutes] = [Math.floor(spent / 3600), Math.floor(spent / 60)];
    clock.textContent = "seconds" in clock.dataset ? `${spent} s` : hours > 0 ? `${hours}:${two(minutes % 60)} h` : `${two(minutes)}:${two(spent % 60)}`;
  });
  tick();
  setInterval(tick, 1000);
  // A reservation of somebody else that runs out while the page is open says so.
  document.querySelectorAll("[data-until]").forEach((claim) => {
    const end = () => [...claim.querySelectorAll("span")].forEach((part, i) => { part.hidden = i === 0; });
    setTimeout(end, Math.min(Math.max(Number(claim.dataset.until) - Date.now(), 0), 86400000));
  });
  // A form shows the fields that belong to what was chosen in it; without this file it shows all.
  document.querySelectorAll("select[data-chooses]").forEach((select) => {
    const show = () => select.form.querySelectorAll("[data-when]").forEach((field) => { field.hidden = !field.dataset.when.split(" ").includes(select.value); });
    select.addEventListener("change", show);
    show();
  });
  // What they say finds its cards: by words of the guide, or of the card's own title. Nothing of it leaves the page.
  document.querySelectorAll("[data-cards]").forEach((section) => {
    const field = section.querySelector("#heard");
    const says = section.querySelector("#heard-says");
    const cards = [...section.querySelectorAll(".says-card")];
    const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[^a-z0-9 ]/g, "");
    const words = cards.map((card) => [...card.dataset.heard.split("|"), card.querySelector("summary").textContent].map(plain).filter(Boolean));
    section.querySelectorAll(".heard").forEach((part) => { part.hidden = false; });
    const find = () => {
      const typed = plain(field.value).trim();
      const fits = (heard) => heard.some((word) => typed.includes(word) || (typed.length > 2 && word.includes(typed)));
      const found = cards.filter((card, at) => typed === "" || fits(words[at]));
      const none = typed !== "" && found.length === 0;
      cards.forEach((card) => {
        card.hidden = !none && !found.includes(card);
        card.open = typed !== "" && !none && found[0] === card;
      });
      if (typed === "") says.textContent = "";
      else says.textContent = none ? "No card for that: all are shown" : `${found.length === 1 ? "1 card" : `${found.length} cards`}: ${found.map((card) => card.querySelector("summary").textContent).join(" ")}`;
    };
    field.addEventListener("input", find);
    // Down goes into the first card, to what it opens.
    field.addEventListener("keydown", (event) => {
      if (event.ctrlKey || (event.key !== "ArrowDown" && event.key !== "Enter")) return;
      event.preventDefault();
      const first = cards.find((card) => !card.hidden);
      if (first) { first.open = true; (first.querySelector("button") ?? first.querySelector("summary")).focus(); }
    });
  });
  // Copies a text that is ready to send.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.parentElement.querySelector("[data-copied]").textContent = "Copied";
    });
  });
  // A press shows at once, and the same form is not sent twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter ?? event.target.querySelector("button");
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    if (event.target.method === "post") {
      event.target.dataset.sent = "yes";
      button?.setAttribute("aria-busy", "true");
    }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
