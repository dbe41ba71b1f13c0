// What is shown where, and the rounds in which it is renewed.
const interval_ms = 2000;
const errors_max = .01, lag_max = 10000;

const show_traffic = came => {
  for (const id of ["traffic", "latency", "caches"]) note(id, reason(came));
  const { recent = {}, latency_ms: latency = {}, fallback_rate, cache = {} } = came.ok ? came.read : {};
  const measured = latency.count > 0 ? latency : {};
  describe("traffic-figures", [
    ["per second", short(recent.requests_per_second)],
    ["errors (5xx)", percent(recent.error_rate), recent.error_rate > errors_max ? "bad" : ""],
    ["fallbacks", percent(fallback_rate)]]);
  draw("traffic-chart", ["requests"], [recent.requests_per_second], " /s");
  describe("latency-figures", ["p50", "p90", "p95", "p99"].map(each => [each, milliseconds(measured[each])]));
  draw("latency-chart", ["p50", "p99"], [measured.p50, measured.p99], " ms");
  const caches = Object.entries(cache).filter(([, each]) => each !== null && typeof each === "object");
  table("caches-table", ["cache", "#hit rate", "#entries", "#at most", "#evicted"], caches.map(([name, each]) => [
    name, each.hits + each.misses > 0 ? percent(each.hit_rate) : dash, number(each.size), number(each.max_size),
    number(each.evictions)]));
  if (!came.ok) return;
  if (!latency.count) note("latency", "Nobody asked for recommendations in the last minute.");
  if (!cache.enabled) note("caches", "Caches are switched off.");
};

const show_events = (came, series) => {
  note("events", reason(came));
  if (came.ok) remember(series);
  const figures = came.ok ? last_minute() : null;
  describe("events-figures", [
    ["applied per s", short(figures?.per_second)],
    ["fresh after p50", milliseconds(figures?.p50_ms)],
    ["p99", milliseconds(figures?.p99_ms)],
    ["rejected", number(figures?.rejected), figures?.rejected ? "warn" : ""]]);
  draw("events-chart", ["applied"], [figures?.at_last], " /s");
  if (figures && !figures.events) note("events", "No event in the last minute, so there is no freshness to measure.");
};

const show_process = series => {
  const started = first(series.process_start_time_seconds), memory = first(series.process_resident_memory_bytes);
  const parts = [series.freshet_build_info?.[0].labels.version, started && "up " + span(Date.now() / 1000 - started),
                 memory && number(memory / 1048576) + " MiB"];
  at("process").textContent = parts.filter(Boolean).join(" \u00b7 ");
};

// What the registry knows of the model that serves; asked for when another one does, or another key is given.
let registered = {};
const learn_of = async model_id => {
  if (registered.model_id === model_id && registered.key === key) return;
  const [info, models] = await Promise.all([ask("model_info"), ask("v1/models")]);
  const listed = models.ok ? models.read.models.find(each => each.model_id === model_id) : null;
  registered = { model_id, key, info: info.ok ? info.read : {}, metrics: Object.entries(listed?.metrics || {}),
                 why: reason(models) || "It was registered without metrics." };
};
const show_trial = ({ trial, online_quality: quality }) => {
  const parts = [];
  if (trial) parts.push(make("h3", { textContent: "On trial" }), make("dl", { className: "facts", id: "trial-facts" }));
  if (quality?.length) {
    parts.push(make("h3", { textContent: "Lists that events followed up" }), make("table", { id: "quality" }));
  }
  at("trial").replaceChildren(...parts);
  if (trial) {
    const beside = (figure, show) => show(trial[figure]) + ", in service " + show(trial.current[figure]);
    describe("trial-facts", [
      ["candidate", trial.model_id], ["stage", trial.stage + ", " + percent(trial.share)],
      ["for", span(trial.since_seconds)], ["errors", beside("error_rate", percent)],
      ["p99", beside("p99_ms", milliseconds)]]);
  }
  if (quality?.length) {
    table("quality", ["model", "#lists", "#hit rate", "#1 / place"], quality.map(each => [
      each.model_id || dash, number(each.lists), each.lists ? percent(each.hit_rate) : dash,
      each.lists ? number(each.reciprocal_rank, 3) : dash]));
  }
};
const show_model = async (stats, series, status) => {
  show_trial(status.ok ? status.read : {});
  const model_id = stats.ok ? stats.read.model_id : null;
  if (!model_id) {
    describe("model-facts", [["model", dash]]);
    const untrained = "No trained model is in service, popularity answers; freshet train --register makes one.";
    return note("model", stats.ok ? untrained : reason(stats));
  }
  await learn_of(model_id);
  const { info, metrics, why } = registered, { faiss } = stats.read;
  const recalls = faiss ? [faiss.ranking_recall, faiss.similarity_recall].map(each => number(each, 3)) : [];
  describe("model-facts", [
    ["model", model_id], ["type", info.model_type || dash],
    ["age", span(first(series.freshet_model_age_seconds))],
    ["loaded", info.loaded_at ? clock(Date.parse(info.loaded_at) / 1000) : dash],
    ["users, items", number(info.num_users) + ", " + number(info.num_items)],
    ["factors", number(info.factors)],
    ...(faiss ? [["FAISS recall@10", recalls[0] + " ranking, " + recalls[1] + " likeness"]] : []),
    ...metrics.map(([name, value]) => [name, number(value, 4)])]);
  note("model", metrics.length ? "" : why);
};

const show_status = (came, series) => {
  for (const id of ["ingestion", "actors"]) note(id, reason(came));
  const { ingestion, actors = [] } = came.ok ? came.read : {};
  const flow = ingestion && ingestion.batches_under_way + " of " + ingestion.credits + " credits";
  describe("ingestion-facts", [
    ["state", !ingestion ? dash : ingestion.paused ? "paused by command" : "running", ingestion?.paused ? "warn" : ""],
    ["log", ingestion ? ingestion.source : dash], ["batches under way", flow || dash]]);
  // Without the scope for the status the metrics still tell the lag.
  const lags = (series.freshet_consumer_lag_records || [])
    .map(each => ({ partition: each.labels.partition, lag: each.value }));
  table("partitions", ["partition", "#position", "#end", "#lag"], (ingestion?.partitions || lags).map(each => [
    String(each.partition), number(each.position), number(each.end),
    [number(each.lag), each.lag > lag_max ? "bad" : ""]]));
  // The supervisor, and everybody below it.
  table("actors-table", ["actor", "state", "#restarts", "#mailbox"], actors.map(each => [
    [each.name, each.name === "supervisor" ? "" : "child"],
    each.alive ? ["alive", "good"] : ["dead, starts again", "bad"],
    [number(each.restarts), each.restarts ? "warn" : ""], number(each.mailbox)]));
};

const show_checks = (checks, status) => {
  const store = status.ok && status.read.store || {};
  describe("checks-facts", [
    ...checks.map(each => [each.name, each.message || "ok", each.ok ? "" : "bad"]),
    ["users", number(store.users)], ["items", number(store.items)], ["events", number(store.events)],
    ["dead letters", number(store.dead_letters), store.dead_letters ? "warn" : ""]]);
  note("checks", reason(status));
};

// Lines by their place in the log: what is there stays, so that what has the focus keeps it.
const tail = new Map();
const tail_line = (each, kind) => {
  const user = make("button", { className: "link", textContent: each.user_id });
  user.setAttribute("aria-label", "Try user " + each.user_id);
  user.addEventListener("click", () => { at("user").value = each.user_id; recommend(); });
  const when = clock(each.accepted_at ?? each.ts), today = clock(Date.now() / 1000).slice(0, 10);
  return make("tr", { className: kind }, cell(when.replace(today, "")), cell([user, "id"]), cell([each.item_id, "id"]),
              cell(each.event_type || dash), cell([number(each.qty), "number"]));
};
const show_tail = came => {
  note("tail", reason(came));
  const events = came.ok ? came.read.events : [];
  if (came.ok && !events.length) note("tail", "No event to show since ingestion started.");
  const body = at("tail-table").tBodies[0];
  const places = events.map(each => [each.partition, each.offset, each.user_id, each.ts].join("/"));
  for (const [place, line] of tail) {
    if (places.includes(place)) continue;
    line.remove();
    tail.delete(place);
  }
  const kind = tail.size ? "new" : "";
  events.forEach((each, row) => {
    if (!tail.has(places[row])) tail.set(places[row], tail_line(each, kind));
    const line = tail.get(places[row]);
    if (body.rows[row] !== line) body.insertBefore(line, body.rows[row] || null);
  });
};

// --- a user
const reasons_of = (item, by_fallback) => {
  const past = (item.because || []).map(each =>
    (each.title || each.item_id) + " (" + (each.contribution < 0 ? "" : "+") + number(each.contribution, 3) + ")");
  if (past.length) return "because of " + past.join(", ");
  return by_fallback ? "because of what everybody takes" : "nothing of the past stands out";
};
const recommended = (item, by_fallback) => {
  const details = [item.title ? item.item_id : "", item.category, known(item.price) ? number(item.price, 2) : "",
                   "score " + number(item.score, 4)].filter(Boolean);
  return make("li", {}, make("strong", { textContent: item.title || item.item_id }),
              make("span", { className: "soft", textContent: " " + details.join(" \u00b7 ") }),
              make("div", { className: "because", textContent: reasons_of(item, by_fallback) }));
};
let question = 0;
const recommend = async () => {
  const mine = ++question, out = at("answer");
  const fail = sentence => out.replaceChildren(make("p", { className: "bad", textContent: sentence }));
  try {
    const came = await ask("v1/recommend", { user_id: at("user").value, k: Number(at("count").value), explain: true });
    if (mine !== question) return;  // another one was asked for meanwhile
    if (!came.ok) return fail(reason(came));
    const { recommendations: items, model_id, fallback_method: fallback, latency_ms } = came.read;
    const how = fallback ? "The model knows too little of this user; the list is by " + fallback + "."
      : "By " + (model_id || "popularity") + ", from everything that is kept of this user.";
    out.replaceChildren(
      make("p", { className: "soft", textContent: how + " " + milliseconds(latency_ms) }),
      items.length ? make("ol", {}, ...items.map(each => recommended(each, fallback)))
                   : make("p", { textContent: "Nothing is left to recommend to this user." }));
  } catch (failure) {
    if (!(failure instanceof no_answer)) throw failure;
    fail("The service does not answer; try again.");
  }
};

// --- round and round
const show_state = (text, kind) => {
  if (at("state").textContent !== text) at("state").textContent = text;  // it is read out when it changes
  at("state").className = kind;
};
const state_of = (ready, stats, status) => {
  if (status.ok && status.read.status === "draining") return ["stopping", "bad"];
  if (!ready.ok) return ["not ready", "bad"];
  if (stats.status === 401) return ["needs an API key", "warn"];
  return status.ok && status.read.ingestion.paused ? ["serving, ingestion paused", "warn"] : ["serving", "good"];
};
let heard_at = null, looking = false;
const look = async () => {
  if (looking) return;
  looking = true;
  try {
    const [ready, stats, metrics, status, events] = await Promise.all([
      ask("readyz?verbose"), ask("stats"), ask("metrics?format=prometheus"), ask("v1/status"),
      ask("v1/events?limit=50")]);
    heard_at = Date.now() / 1000;
    document.body.classList.remove("away");
    show_state(...state_of(ready, stats, status));
    const series = metrics.ok ? exposition(metrics.read) : {};
    show_process(series);
    show_traffic(stats);
    show_events(metrics, series);
    show_status(status, series);
    show_checks(ready.read.checks || [], status);
    show_tail(events);
    await show_model(stats, series, status);
  } catch (failure) {
    if (!(failure instanceof no_answer)) throw failure;
    document.body.classList.add("away");
    show_state("away" + (heard_at ? ", last heard " + clock(heard_at) : ": the service does not answer"), "bad");
    looks = [];
  } finally {
    looking = false;
    document.body.dataset.looks = Number(document.body.dataset.looks || 0) + 1;
  }
};
let paused = false, timer;
const go_on = async () => {
  clearTimeout(timer);
  try {
    if (!paused && !document.hidden) await look();
  } finally {
    clearTimeout(timer);
    timer = setTimeout(go_on, interval_ms);
  }
};

at("key").value = key;
at("access").addEventListener("submit", event => {
  event.preventDefault();
  use_key(at("key").value.trim());
  go_on();
});
at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", paused);
  go_on();
});
at("ask").addEventListener("submit", event => {
  event.preventDefault();
  recommend();
});
document.addEventListener("visibilitychange", go_on);
table("tail-table", ["accepted", "user", "item", "what", "#qty"], []);
go_on();
