"use strict";
const rows = JSON.parse(document.getElementById("series").textContent);
const times = rows.map((row) => Date.parse(row.at) / 1000);
const style = getComputedStyle(document.documentElement);
const color = (name) => style.getPropertyValue(`--${name}`).trim();
const charts = document.getElementById("charts");
const now = Date.now() / 1000;
const began = now - charts.dataset.hours * 3600;
const HEIGHT = 160;

// Each chart: its title, its unit, and its lines with their names.
const CHARTS = [
  ["Requests a second", "", { requests_per_s: "requests" }],
  ["Failed requests", "", { failures: "answered with 5xx" }],
  ["Latency in the app", " ms", { p95_ms: "p95, at most" }],
  ["Cache", " %", { cache_hit_percent: "hits" }],
  ["CPU", " %", { cpu_percent: "of the server", postgresql_percent_of_core: "PostgreSQL, of a core" }],
  ["Memory used", " MB", { memory_used_mb: "server", redis_mb: "Redis" }],
  ["Pool", " %", { pool_percent: "connections in use" }],
  ["Waits", "", { pool_waiting: "for the pool", waiting_for_locks: "for a lock" }],
  ["PostgreSQL's connections", "", { connections: "connections" }],
  ["Longest transaction", " s", { longest_transaction_s: "seconds" }],
  ["Disk free", " %", { disk_free_percent: "free" }],
  ["Database and WAL", " MB", { database_mb: "database", wal_mb: "WAL written" }],
];

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

function chart([title, unit, lines]) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  figure.append(caption);
  charts.append(figure);
  const axis = { stroke: color("quiet"), grid: { stroke: color("line"), width: 1 }, ticks: { show: false } };
  const clock = charts.dataset.hours > 48 ? day : time;
  const width = () => figure.clientWidth - 24;
  const shown = (value) => (value === null || value === undefined ? "-" : value.toLocaleString("en") + unit);
  const plot = new uPlot(
    {
      width: width(),
      height: HEIGHT,
      cursor: { sync: { key: "time" } },
      scales: { x: { range: [began, now] }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] } },
      axes: [{ ...axis, size: 28, values: (_, ticks) => ticks.map((each) => clock.format(each * 1000)) }, { ...axis, size: 60, values: (_, ticks) => ticks.map((each) => each.toLocaleString("en")) }],
      series: [
        { label: "time", value: (_, at) => (at ? moment.format(at * 1000) : "-") },
        ...Object.values(lines).map((label, index) => ({
          label,
          stroke: color(`hue-${index}`),
          width: 1.5,
          points: { show: times.length < 3 },
          value: (_, value) => shown(value),
        })),
      ],
    },
    [times, ...Object.keys(lines).map((name) => rows.map((row) => row[name]))],
    figure,
  );
  new ResizeObserver(() => plot.setSize({ width: width(), height: HEIGHT })).observe(figure);
}

if (rows.length) CHARTS.forEach(chart);
else document.getElementById("nothing").hidden = false;
// The colors are drawn into the charts.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());

// A click on a column of numbers puts the largest first.
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells];
  const figure = (row, column) => Number.parseFloat(row.cells[column].textContent.replace(/[^\d.]/g, "")) || 0;
  heads.filter((head) => !head.classList.contains("text")).forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", "descending");
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => figure(b, head.cellIndex) - figure(a, head.cellIndex)));
    });
  });
}
