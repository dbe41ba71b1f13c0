"use strict";
// Asking the service, reckoning with its counters, and drawing; dashboard_panels.js says what is shown where.
const minute_ms = 60000, points_max = 120;
const at = id => document.getElementById(id);
// Values come from strangers: everything becomes text, nothing markup; the page's policy forbids it besides.
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// --- words
const dash = "\u2013";
const known = value => value !== null && value !== undefined && !Number.isNaN(value);
const number = (value, digits = 0) =>
  known(value) ? value.toLocaleString("en", { maximumFractionDigits: digits }) : dash;
const short = value => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);
const percent = value => known(value) ? number(value * 100, 1) + " %" : dash;
const milliseconds = value => known(value) ? short(value) + " ms" : dash;
const span = seconds => {
  if (!known(seconds)) return dash;
  if (seconds < 120) return number(seconds) + " s";
  if (seconds < 7200) return number(seconds / 60) + " min";
  return seconds < 172800 ? number(seconds / 3600, 1) + " h" : number(seconds / 86400, 1) + " d";
};
// 2026-11-28 07:06:39, in the time zone of whoever looks.
const clock = seconds => known(seconds) ? new Date(seconds * 1000).toLocaleString("sv") : dash;

// --- asking
const stored = "freshet.api-key";
const stored_key = () => {
  try { return sessionStorage.getItem(stored) || ""; } catch { return ""; }
};
let key = stored_key();
const use_key = given => {
  key = given;
  try { sessionStorage.setItem(stored, key); } catch { /* then it lives as long as the page */ }
};
class no_answer extends Error {}
// An answer of any status is one.
const ask = async (target, body) => {
  const headers = key ? { Authorization: "Bearer " + key } : {};
  if (body) headers["Content-Type"] = "application/json";
  let came, read;
  try {
    came = await fetch(target, {
      method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body),
      cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(10000),
    });
    read = await came.text();
  } catch (failure) {
    throw new no_answer(String(failure));
  }
  try { read = JSON.parse(read); } catch { /* metrics are no JSON */ }
  return { ok: came.ok, status: came.status, read };
};
// Why a part of the page has nothing to show, as a sentence; "" when it has.
const reason = came => {
  if (came.ok) return "";
  if (came.status === 401) {
    return key ? "The API key given is not known here." : "Needs an API key: give one at the top of the page.";
  }
  const detail = typeof came.read.detail === "string" ? came.read.detail : "";
  if (came.status === 403) {
    const scope = /scope (\w+)/.exec(detail);
    return "The API key given may not see this" + (scope ? ": it needs the scope " + scope[1] + "." : ".");
  }
  return detail || "The service answered " + came.status + ".";
};

// --- metrics
// {name: [{labels, value}]} of the Prometheus text format.
const exposition = text => {
  const series = {};
  for (const line of text.split("\n")) {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!parts) continue;
    const labels = [...(parts[2] || "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(each => [each[1], each[2]]);
    (series[parts[1]] ||= []).push({ labels: Object.fromEntries(labels), value: Number(parts[3]) });
  }
  return series;
};
const total = list => (list || []).reduce((sum, each) => sum + each.value, 0);
const first = list => list && list.length ? list[0].value : undefined;

// Looks at the counters in the last minute: the differences between the oldest and the newest are its figures.
let looks = [];
const remember = series => {
  const now = {
    time: performance.now(),
    applied: total(series.freshet_events_applied_total),
    rejected: total(series.freshet_events_rejected_total),
    buckets: (series.freshet_event_freshness_seconds_bucket || [])
      .map(each => [each.labels.le === "+Inf" ? Infinity : Number(each.labels.le), each.value]),
  };
  // Counters that fall are those of another process.
  if (looks.length && now.applied < looks.at(-1).applied) looks = [];
  looks.push(now);
  while (looks.length > 2 && now.time - looks[1].time >= minute_ms) looks.shift();
};
// In a histogram of [upper bound, how many up to it], linear between the bounds.
const quantile = (counts, share) => {
  const wanted = share * counts.at(-1)[1];
  let low = 0, below = 0;
  for (const [bound, count] of counts) {
    if (count >= wanted) return bound === Infinity ? low : low + (bound - low) * (wanted - below) / (count - below);
    [low, below] = [bound, count];
  }
  return low;
};
// Null before the second look.
const last_minute = () => {
  if (looks.length < 2) return null;
  const [oldest, before, newest] = [looks[0], looks.at(-2), looks.at(-1)];
  const counts = newest.buckets.map(([bound, count], place) => [bound, count - (oldest.buckets[place]?.[1] || 0)]);
  const events = counts.length ? counts.at(-1)[1] : 0;
  return {
    events,
    per_second: 1000 * (newest.applied - oldest.applied) / (newest.time - oldest.time),
    at_last: 1000 * (newest.applied - before.applied) / (newest.time - before.time),
    rejected: newest.rejected - oldest.rejected,
    p50_ms: events ? 1000 * quantile(counts, .5) : null,
    p99_ms: events ? 1000 * quantile(counts, .99) : null,
  };
};

// --- showing
const note = (id, sentence) => { at(id).closest("section").querySelector(".note").textContent = sentence; };
// A list of [name, value, class].
const describe = (id, pairs) => at(id).replaceChildren(...pairs.map(([name, value, kind = ""]) =>
  make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value, className: kind }))));
// Of a text, an element, or [text, class].
const cell = (value, tag = "td") => {
  const [content, kind] = Array.isArray(value) ? value : [value, ""];
  return make(tag, { className: kind }, content);
};
// Columns whose name begins with "#" hold numbers. The first cell of a row is its head.
const table = (id, columns, rows) => {
  const numeric = columns.map(each => each.startsWith("#"));
  const heads = columns.map((each, place) =>
    make("th", { scope: "col", className: numeric[place] ? "number" : "", textContent: each.replace("#", "") }));
  const lines = rows.map(cells => {
    const line = make("tr", {}, ...cells.map((each, place) => cell(each, place ? "td" : "th")));
    line.cells[0].scope = "row";
    [...line.cells].forEach((each, place) => numeric[place] && each.classList.add("number"));
    return line;
  });
  at(id).replaceChildren(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
};

const drawing = document.querySelector("svg").namespaceURI;
const shape = (name, attributes) => {
  const element = document.createElementNS(drawing, name);
  for (const [each, value] of Object.entries(attributes)) element.setAttribute(each, value);
  return element;
};
const drawn = {};
// Adds a value to each line of a chart; the chart begins at 0, and a value that is not known leaves a gap.
const draw = (id, names, values, unit) => {
  const lines = drawn[id] ||= names.map(() => []);
  lines.forEach((line, place) => {
    line.push(known(values[place]) ? values[place] : null);
    if (line.length > points_max) line.shift();
  });
  const all = lines.flat().filter(known), most = Math.max(1e-9, ...all);
  const curves = lines.flatMap((line, place) => {
    const pieces = [[]];
    line.forEach((value, x) => {
      if (!known(value)) return pieces.push([]);
      const left = points_max - line.length + x, top = (39 - 37 * value / most).toFixed(2);
      pieces.at(-1).push(left + "," + top);
    });
    return pieces.filter(each => each.length > 1)
      .map(each => shape("polyline", { class: place ? "two" : "one", points: each.join(" ") }));
  });
  at(id).replaceChildren(shape("line", { class: "base", x1: 0, x2: points_max, y1: 40, y2: 40 }), ...curves);
  const now = names.map((name, place) => name + " " + (known(values[place]) ? short(values[place]) + unit : dash));
  const range = all.length ? "highest " + short(most) + unit : "nothing yet";
  at(id).setAttribute("aria-label", "The last four minutes: " + now.join(", ") + "; " + range);
  at(id).nextElementSibling.replaceChildren(
    ...now.map((text, place) => make("span", { className: place ? "two" : "one", textContent: text })),
    make("span", { textContent: range }));
};
