// What makes the pages live: everything here adds to pages that work without it.
"use strict";
(() => {
  const root = document.documentElement;
  const body = document.body;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- theme ---------------------------------------------------------------------------------------------------

  const THEMES = ["auto", "light", "dark"];
  const theme = () => root.dataset.theme || "auto";
  const themeButton = one("#theme");
  const showTheme = () => {
    themeButton.textContent = `Theme: ${theme()}`;
  };
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("greenroom.theme", next);
    } catch {
      // no storage: until the page is left
    }
    showTheme();
    charts();
  });
  showTheme();

  // --- charts -----------------------------------------------------------------------------------------------

  const HEIGHT = 150;
  const plots = new Map();
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const line = (label, scale, name) => ({ label, scale, stroke: colour(name), width: 2, spanGaps: true, points: { size: 5, fill: colour(name) } });
  const clock = (series) => (_, ticks) => ticks.map((each) => new Date(each * 1000).toTimeString().slice(0, series.step < 60 ? 8 : 5));
  const fromZero = (least, room = 1) => ({ range: (_, __, top) => [0, Math.max(least, top * room)] });
  function axes(series) {
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    return [{ ...axis, values: clock(series) }, { ...axis, size: 40 }, { ...axis, scale: "ms", side: 1, size: 54, grid: { show: false }, values: (_, ticks) => ticks.map((each) => `${each} ms`) }];
  }
  // Bars of requests with their 95th percentile as a line.
  function requests(series) {
    const stacked = [series.good.map((good, at) => good + series.refused[at] + series.failed[at]),
      series.refused.map((refused, at) => refused + series.failed[at]), series.failed];
    const bars = window.uPlot.paths.bars({ size: [0.8, 24], align: 1 });
    const bar = (label, name) => ({ label, fill: colour(name), stroke: colour(name), width: 0, paths: bars, points: { show: false } });
    return [{
      scales: { y: fromZero(4), ms: fromZero(1, 1.1) },
      axes: axes(series),
      series: [{}, bar("good", "--good"), bar("refused", "--warn"), bar("failed", "--bad"), line("p95", "ms", "--focus")],
    }, [series.at, ...stacked, series.p95]];
  }
  // Lines alone: shares in percent by the left axis, times by the right.
  function lines(series) {
    const { p50, p99, availability, errors } = series.lines;
    return [{
      scales: { y: { range: [0, 105] }, ms: fromZero(1, 1.1) },
      axes: axes(series),
      series: [{}, line("p50", "ms", "--focus"), line("p99", "ms", "--warn"), line("availability", "y", "--good"), line("errors", "y", "--bad")],
    }, [series.at, p50, p99, availability, errors]];
  }
  function chart(place) {
    const series = JSON.parse(place.dataset.series);
    const [look, columns] = series.lines ? lines(series) : requests(series);
    plots.get(place.id)?.destroy();
    place.replaceChildren();
    plots.set(place.id, new window.uPlot({ width: place.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false }, ...look }, columns, place));
  }
  function charts() {
    if (window.uPlot) for (const place of all(".chart[data-series]")) chart(place);
  }
  const drawn = (place) => plots.has(place.id) && place.contains(plots.get(place.id).root);
  new ResizeObserver(() => {
    for (const place of all(".chart[data-series]")) if (drawn(place)) plots.get(place.id).setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(one("#main"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", charts);

  // --- live ----------------------------------------------------------------------------------------------------

  const WAIT = 1500;
  const live = one("#live");
  const due = new Map();
  let source = null;
  let paused = false;

  function tell(text, kind) {
    live.hidden = false;
    live.textContent = text;
    live.dataset.kind = kind;
  }
  function refresh(region) {
    if (due.has(region)) return;
    due.set(region, setTimeout(async () => {
      due.delete(region);
      const now = document.getElementById(region);
      if (!now || paused || document.hidden || now.contains(document.activeElement) && /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
      await window.htmx.ajax("GET", location.pathname + location.search, { target: now, select: `#${region}`, swap: "morph:outerHTML" });
    }, WAIT));
  }
  function happened(kind) {
    for (const region of all("[data-live]")) if (region.dataset.live.split(" ").includes(kind)) refresh(region.id);
  }
  function listen() {
    if (source || paused || document.hidden || !window.htmx || !one("[data-live]")) return;
    source = new EventSource(body.dataset.stream);
    source.addEventListener("open", () => tell("live", "on"));
    source.addEventListener("error", () => tell("not connected", "off"));
    for (const kind of ["request", "event", "delivery", "mail"]) source.addEventListener(kind, () => happened(kind));
  }
  function deafen() {
    if (source) source.close();
    source = null;
  }
  function pause() {
    paused = !paused;
    if (paused) {
      deafen();
      tell("paused", "off");
    } else {
      listen();
      for (const region of all("[data-live]")) refresh(region.id);
    }
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) deafen();
    else {
      listen();
      for (const region of all("[data-live]")) refresh(region.id);
    }
  });
  addEventListener("pagehide", deafen);
  addEventListener("pageshow", (event) => event.persisted && listen());
  body.addEventListener("htmx:afterSettle", () => {
    for (const place of all(".chart[data-series]")) if (window.uPlot && !(drawn(place) && place.dataset.shown === place.dataset.series)) chart(place);
  });

  // --- what a person does --------------------------------------------------------------------------------------

  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(one(button.dataset.copy).textContent);
      const before = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = before; }, 1500);
    });
  }
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  const frame = one("table.rows");
  if (frame) {
    document.addEventListener("click", (event) => {
      const row = event.target.closest("table.rows tbody tr");
      if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
      const link = one("a", row);
      if (link) location.assign(link.href);
    });
  }

  // --- keys ----------------------------------------------------------------------------------------------------

  const dialog = one("#shortcuts");
  const keys = one("#keys");
  keys.hidden = false;
  keys.addEventListener("click", () => dialog.showModal());
  let leading = -Infinity;
  function step(by) {
    const links = all("table.rows tbody tr").map((row) => one("a", row)).filter(Boolean);
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at < 0 ? 0 : at + by))].focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.timeStamp - leading < 1500) {
      leading = -Infinity;
      const link = all("nav.side a").find((each) => each.dataset.key === event.key);
      if (link) location.assign(link.href);
      return;
    }
    if (event.key === "g") leading = event.timeStamp;
    else if (event.key === "?") dialog.showModal();
    else if (event.key === "/" && one("[data-search]")) {
      event.preventDefault();
      one("[data-search]").focus();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "p" && one("[data-live]")) pause();
    else if (event.key === "Escape") for (const menu of all("details.menu[open]")) menu.open = false;
  });

  // On a phone the sections lie in a row that is longer than the screen.
  const sections = one("nav.side");
  const here = one("[aria-current]", sections);
  if (here) sections.scrollLeft = here.offsetLeft - (sections.clientWidth - here.offsetWidth) / 2;

  charts();
  listen();
  for (const region of all("[data-every]")) {
    if (window.htmx) setInterval(() => refresh(region.id), 1000 * region.dataset.every);
  }
})();
