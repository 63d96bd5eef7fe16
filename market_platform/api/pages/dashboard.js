// The live dashboard: asks the API once, then follows the market's socket and changes what changed.
"use strict";

const ZONES = { nyiso: "America/New_York", pjm: "America/New_York", caiso: "America/Los_Angeles", ercot: "America/Chicago" };
const REAL_TIME = { nyiso: "RTD", pjm: "RTD", caiso: "RTD", ercot: "RTM" };
const asked = location.hash.slice(1);
const state = { key: sessionStorage.getItem("key"), market: asked || "pjm", brief: asked.startsWith("brief/") ? asked.slice(6) : null, prices: new Map(), socket: null, last: null, turn: 0 };
const WORDS = { revenue_usd: "revenue USD", win_rate: "win rate", spread_captured_usd_per_mwh: "spread captured USD/MWh", settlement_accuracy: "settlement accuracy" };
const part = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function nothing(id, text) { part(id).replaceChildren(element("p", text, "nothing")); }

function figure(value, digits = 2) {
  return value === null || value === undefined || value === "" ? "" : Number(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function moment(text, hour = true) {
  if (!text) return "";
  const options = { timeZone: ZONES[state.market], month: "short", day: "2-digit", hour12: false };
  return new Date(text).toLocaleString("en-US", hour ? { ...options, hour: "2-digit", minute: "2-digit" } : options);
}

// Columns: [heading, how a row gives it, "number" for figures].
function table(id, rows, columns, empty) {
  if (!rows.length) { nothing(id, empty); return; }
  const made = element("table"), head = element("tr"), body = element("tbody");
  columns.forEach(([heading, , kind]) => head.append(element("th", heading, kind)));
  rows.forEach((row) => {
    const line = element("tr");
    columns.forEach(([, value, kind]) => {
      const shown = value(row);
      if (shown instanceof Node) { const cell = element("td"); cell.append(shown); line.append(cell); return; }
      line.append(element("td", shown, [kind, typeof shown === "string" && shown.startsWith("-") && kind ? "negative" : "", row.mark || ""].join(" ").trim()));
    });
    body.append(line);
  });
  const top = element("thead");
  top.append(head);
  made.append(top, body);
  part(id).replaceChildren(made);
}

async function ask(path) {
  const answer = await fetch(path, { headers: { "X-API-Key": state.key } });
  if (answer.status === 401) throw new Error("this key does not open the API");
  if (!answer.ok) throw new Error((await answer.json()).detail || answer.statusText);
  return answer.json();
}

function drawPrices(fresh = new Set()) {
  const rows = [...state.prices.values()].filter((row) => row.location_type === "hub" || row.location_type === "zone");
  const places = new Map();
  rows.forEach((row) => {
    const key = `${row.location_type} ${row.location}`;
    if (!places.has(key)) places.set(key, { location: row.location, kind: row.location_type, runs: {} });
    places.get(key).runs[row.market_run] = row;
  });
  const runs = [...new Set(rows.map((row) => row.market_run))].sort();
  const columns = [["place", (row) => row.location], ["kind", (row) => row.kind]];
  runs.forEach((run) => {
    columns.push([run, (row) => figure(row.runs[run] && row.runs[run].lmp_usd_per_mwh), "number"]);
    columns.push(["until", (row) => (row.runs[run] ? moment(row.runs[run].interval_end) : "")]);
  });
  const lines = [...places.entries()].sort((a, b) => a[0].localeCompare(b[0])).map(([key, row]) => ({ ...row, mark: fresh.has(key) ? "fresh" : "" }));
  table("prices", lines, columns, "No prices yet: run this market's jobs.");
}

const SVG = "http://www.w3.org/2000/svg";
function drawn(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) made.textContent = text;
  return made;
}

// Series: {name, className, points: [[milliseconds, value]]}; band: [[milliseconds, low, high]].
function chart(id, series, bands, label) {
  const points = series.flatMap((each) => each.points).concat(bands.flatMap((band) => band.flatMap(([x, low, high]) => [[x, low], [x, high]])));
  if (!points.length) { nothing(id, "Nothing to draw yet."); return; }
  const width = Math.max(320, Math.min(1200, part(id).clientWidth || 900)), [height, left, bottom, top] = [240, 46, 34, 26], steps = width < 600 ? 2 : 4;
  const xs = points.map((point) => point[0]), ys = points.map((point) => point[1]);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)], [y0, y1] = [Math.min(0, ...ys), Math.max(...ys)];
  const place = (x, y) => [left + ((x - x0) / (x1 - x0 || 1)) * (width - left - 10), height - bottom - ((y - y0) / (y1 - y0 || 1)) * (height - bottom - top)];
  const made = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (let step = 0; step <= 4; step += 1) {
    const value = y0 + ((y1 - y0) * step) / 4, [, y] = place(x0, value);
    made.append(drawn("line", { x1: left, x2: width - 10, y1: y, y2: y, class: "grid" }), drawn("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, figure(value, 0)));
  }
  for (let step = 0; step <= steps; step += 1) {
    const x = x0 + ((x1 - x0) * step) / steps;
    made.append(drawn("text", { x: place(x, y0)[0], y: height - 10, "text-anchor": step === 0 ? "start" : step === steps ? "end" : "middle" }, moment(x)));
  }
  bands.forEach((band) => {
    const upper = band.map(([x, , high]) => place(x, high).join(",")), lower = band.map(([x, low]) => place(x, low).join(",")).reverse();
    made.append(drawn("polygon", { points: upper.concat(lower).join(" "), class: "band" }));
  });
  series.forEach((each, number) => {
    made.append(drawn("polyline", { points: each.points.map((point) => place(...point).join(",")).join(" "), class: each.className }));
    made.append(drawn("line", { x1: left + number * 150, x2: left + 24 + number * 150, y1: 12, y2: 12, class: `legend ${each.className}` }), drawn("text", { x: left + 30 + number * 150, y: 16 }, each.name));
  });
  part(id).replaceChildren(made);
}

function drawHeat(rows) {
  const hours = [...new Set(rows.map((row) => row.interval_start))].sort(), places = [...new Set(rows.map((row) => row.location))].sort();
  if (!hours.length) { nothing("heat", "No day-ahead prices yet."); return; }
  const values = rows.map((row) => row.lmp_usd_per_mwh).filter((value) => value !== null), low = Math.min(...values), high = Math.max(...values);
  const made = element("table"), head = element("tr"), by = new Map(rows.map((row) => [`${row.location}|${row.interval_start}`, row.lmp_usd_per_mwh]));
  head.append(element("th", ""));
  hours.forEach((hour) => head.append(element("th", new Date(hour).toLocaleString("en-US", { timeZone: ZONES[state.market], hour: "2-digit", hour12: false }), "number")));
  made.append(head);
  places.forEach((name) => {
    const line = element("tr");
    line.append(element("th", name));
    hours.forEach((hour) => {
      const value = by.get(`${name}|${hour}`), cell = element("td", figure(value, 0), "cell");
      if (value !== undefined && value !== null) {
        const share = (value - low) / (high - low || 1);
        cell.style.background = share < 0.5 ? `hsl(210 70% ${Math.round(72 + 44 * share)}%)` : `hsl(28 90% ${Math.round(116 - 44 * share)}%)`;
      }
      line.append(cell);
    });
    made.append(line);
  });
  part("heat").replaceChildren(made);
}

async function showDay(market) {
  const hubs = [...state.prices.values()].filter((row) => row.market_run === "DAM");
  const kind = hubs.some((row) => row.location_type === "hub") ? "hub" : "zone";
  const dam = await ask(`/v1/markets/${market}/prices?market=DAM&location_type=${kind}&limit=10000&${day(market)}`);
  drawHeat(dam.rows);
  const name = (dam.rows.find((row) => /WESTERN HUB|HB_NORTH|SP15|N\.Y\.C\./.test(row.location)) || dam.rows[0] || {}).location;
  if (!name) { nothing("chart", "No prices yet."); return; }
  const real = await ask(`/v1/markets/${market}/prices?market=${REAL_TIME[market]}&location=${encodeURIComponent(name)}&limit=10000&${day(market)}`);
  const line = (rows) => rows.filter((row) => row.location === name && row.lmp_usd_per_mwh !== null).map((row) => [Date.parse(row.interval_start), row.lmp_usd_per_mwh]);
  part("chart-of").textContent = `${name}, USD/MWh`;
  chart("chart", [{ name: "day-ahead", className: "first", points: line(dam.rows) }, { name: `real time (${REAL_TIME[market]})`, className: "second", points: line(real.rows) }], [], `Day-ahead against real-time price of ${name}`);
}

function day(market) {
  const ends = [...state.prices.values()].filter((row) => row.market_run === REAL_TIME[market]).map((row) => Date.parse(row.interval_end) - 1);
  const local = new Date(ends.length ? Math.max(...ends) : Date.now()).toLocaleDateString("en-CA", { timeZone: ZONES[market] });
  return `start_day=${local}&end_day=${local}`;
}

const PARTS = {
  chart: showDay,
  forecast: async (market) => {
    const { rows } = await ask(`/v1/markets/${market}/forecast?quantity=day_ahead_price&limit=10000`);
    const name = rows.length ? rows[0].location : null, mine = rows.filter((row) => row.location === name);
    const newest = mine.map((row) => row.issued_at).sort().pop(), shown = mine.filter((row) => row.issued_at === newest);
    if (!shown.length) { nothing("forecast", "No forecast of this market yet."); return; }
    part("forecast-of").textContent = `${name}, USD/MWh, issued ${moment(newest)}`;
    const band = (low, high) => shown.map((row) => [Date.parse(row.interval_start), row[low], row[high]]);
    chart("forecast", [{ name: "forecast", className: "first", points: shown.map((row) => [Date.parse(row.interval_start), row.value]) }], [band("q05", "q95"), band("q25", "q75")], `Price forecast of ${name}`);
  },
  power: async (market) => {
    const [load, made] = await Promise.all([ask(`/v1/tables/load?market=${market}&limit=10000`), ask(`/v1/tables/generation?market=${market}&limit=10000`)]);
    const last = (rows, name) => [...new Map(rows.sort((a, b) => a.interval_end.localeCompare(b.interval_end)).map((row) => [row[name], row])).values()];
    const rows = [...last(load.rows, "location").map((row) => ({ what: `load ${row.location}`, mw: row.load_mw, at: row.interval_end })), ...last(made.rows, "fuel").map((row) => ({ what: row.fuel, mw: row.generation_mw, at: row.interval_end }))];
    table("power", rows, [["what", (row) => row.what], ["MW", (row) => figure(row.mw, 0), "number"], ["until", (row) => moment(row.at)]], "No load or generation yet.");
  },
  alerts: async () => {
    const { rows } = await ask("/v1/alerts?standing=true&limit=200");
    table("alerts", rows.reverse().map((row) => ({ ...row, mark: row.severity === "critical" ? "critical" : "" })), [["severity", (row) => row.severity], ["what", (row) => row.message], ["since", (row) => moment(row.raised_at)]], "No alert stands.");
  },
  money: async () => {
    const [{ rows }, statements] = await Promise.all([ask("/v1/analytics/figures"), ask("/v1/settlements?limit=20")]);
    const mine = rows.filter((row) => /revenue|win_rate|captured|accuracy/.test(row.name)).map((row) => ({ what: `${WORDS[row.name] || row.name}, ${Object.values(row.labels).join(" ")}`, value: figure(row.value) }));
    const billed = statements.rows.map((row) => ({ what: `statement ${row.iso} ${row.market} ${row.first_day}, variance USD`, value: figure(row.variance_usd) }));
    table("money", [...mine, ...billed], [["figure", (row) => row.what], ["value", (row) => row.value, "number"]], "No trading results or statements yet.");
  },
  certificates: async () => {
    const { rows } = await ask("/v1/rec/compliance?limit=200");
    table("certificates", rows, [["state", (row) => row.state], ["tier", (row) => row.tier], ["period", (row) => row.period], ["due", (row) => figure(row.certificates_due, 0), "number"], ["payment USD", (row) => figure(row.payment_usd), "number"]], "No obligations yet.");
  },
  gas: async () => {
    const [storage, basis] = await Promise.all([ask("/v1/henry-hub/storage-surplus?limit=400"), ask("/v1/henry-hub/futures?symbol=NG&limit=400")]);
    const weeks = storage.rows.filter((row) => row.region === "Lower 48" && row.gas_type === "total").slice(-1);
    const rows = [...weeks.map((row) => ({ what: `storage ${row.week_ending}, Bcf (surplus ${figure(row.surplus_bcf, 0)})`, value: figure(row.stock_bcf, 0) })), ...[...new Map(basis.rows.filter((row) => row.market_day === (basis.rows.at(-1) || {}).market_day).map((row) => [row.contract, row])).values()].sort((a, b) => String(a.contract_month).localeCompare(String(b.contract_month))).slice(0, 12).map((row) => ({ what: `${row.contract} USD/MMBtu`, value: figure(row.settle_price, 3) }))];
    table("gas", rows, [["what", (row) => row.what], ["value", (row) => row.value, "number"]], "No gas data yet.");
  },
  chp: async () => {
    const { rows } = await ask("/v1/chp/decision?limit=200");
    table("chp", rows, [["facility", (row) => row.facility], ["from", (row) => moment(row.interval_start)], ["do", (row) => row.decision], ["MW", (row) => figure(row.load_mw, 1), "number"], ["saves USD", (row) => figure(row.saving_usd), "number"], ["data", (row) => row.quality]], "No facility yet.");
  },
  briefs: async () => {
    const { rows } = await ask("/v1/brief?limit=60");
    table("briefs", rows, [["market day", (row) => row.market_day], ["written", (row) => moment(row.written_at)], ["", (row) => briefLink(row.page, "page")], ["", (row) => briefLink(row.pdf, "PDF")]], "No brief yet: market-platform brief writes one.");
  },
  health: async (market) => {
    const { rows } = await ask(`/v1/markets/${market}`);
    const held = rows.filter((row) => row.age_minutes !== null).sort((a, b) => b.age_minutes - a.age_minutes);
    table("health", held, [["feed", (row) => row.feed], ["last interval", (row) => moment(row.last_interval_end)], ["age, minutes", (row) => figure(row.age_minutes, 0), "number"], ["coverage %", (row) => figure(row.coverage_percent, 1), "number"], ["gaps", (row) => figure(row.gaps, 0), "number"]], "No feed holds data yet.");
  },
};

function drawBids(rows) {
  table("bids", rows, [["market day", (row) => row.market_day], ["state", (row) => row.state], ["bids", (row) => figure(row.bids, 0), "number"]], "No bids yet.");
}

function briefLink(path, text) {
  const link = element("a", text);
  link.href = path;
  link.onclick = (event) => { event.preventDefault(); showBrief(path); };
  return link;
}

// A link cannot carry the key: the brief is fetched with it and shown in place of the dashboard; Back returns.
async function showBrief(path) {
  const answer = await fetch(path, { headers: { "X-API-Key": state.key } });
  if (answer.status === 401) { enter("this key does not open the API"); return; }
  if (!answer.ok) { part("brief-refused").textContent = (await answer.json()).detail; return; }
  location.assign(URL.createObjectURL(await answer.blob()));
}

function keep(row) { state.prices.set(`${row.market_run}|${row.location_type}|${row.location}`, row); }

async function refresh(names = Object.keys(PARTS)) {
  const market = state.market;
  for (const name of names) {
    try { await PARTS[name](market); } catch (error) { nothing(name, error.message); }
    if (market !== state.market) return;
  }
}

function take(message) {
  if (message.type === "state") {
    state.prices.clear();
    message.prices.forEach(keep);
    part("simulated").hidden = !message.simulated;
    drawPrices();
    drawBids(message.bids);
    refresh();
  }
  if (message.sequence !== undefined) state.last = message.sequence;
  if (message.type !== "events") return;
  const fresh = new Set();
  message.events.forEach((event) => {
    state.last = event.sequence;
    if (event.kind === "price") { keep(event.data); fresh.add(`${event.data.location_type} ${event.data.location}`); }
  });
  if (fresh.size) drawPrices(fresh);
  const kinds = new Set(message.events.map((event) => event.kind));
  const again = [kinds.has("price") && "chart", kinds.has("price") && "health", kinds.has("price") && "alerts", kinds.has("forecast") && "forecast", kinds.has("bid") && "money", kinds.has("chp_decision") && "chp"].filter(Boolean);
  if (kinds.has("bid")) countBids();
  refresh(again);
}

async function countBids() {
  const { rows } = await ask(`/v1/bids?iso=${state.market}&limit=10000`), counts = new Map();
  rows.forEach((row) => counts.set(`${row.market_day}|${row.state}`, (counts.get(`${row.market_day}|${row.state}`) || 0) + 1));
  drawBids([...counts].map(([key, bids]) => ({ market_day: key.split("|")[0], state: key.split("|")[1], bids })).sort((a, b) => b.market_day.localeCompare(a.market_day)));
}

function connect() {
  state.turn += 1;
  const turn = state.turn, follow = state.last === null ? "" : `?after=${state.last}`;
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${state.market}${follow}`);
  if (state.socket) state.socket.close();
  state.socket = socket;
  socket.onopen = () => socket.send(JSON.stringify({ key: state.key }));
  socket.onmessage = (event) => { if (turn === state.turn) { link("live", "good"); take(JSON.parse(event.data)); } };
  socket.onclose = (event) => {
    if (turn !== state.turn) return;
    if (event.code === 4401) { enter("this key does not open the API"); return; }
    link("reconnecting", "warn");
    setTimeout(() => { if (turn === state.turn) connect(); }, 1500);
  };
}

function link(text, className) { part("link").textContent = text; part("link").className = `badge ${className}`; }

function choose(market) {
  state.market = market;
  state.last = null;
  location.hash = market;
  [...part("markets").children].forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.market === market)));
  if (state.key) connect();
}

function enter(text = "") {
  sessionStorage.removeItem("key");
  state.key = null;
  part("refused").textContent = text;
  part("enter").hidden = false;
  part("board").hidden = true;
  link("not connected", "");
}

function open() {
  part("enter").hidden = true;
  part("board").hidden = false;
  choose(state.market);
  if (state.brief) showBrief(`/v1/brief/${encodeURIComponent(state.brief)}`);
  state.brief = null;
}

Object.keys(ZONES).forEach((market) => {
  const button = element("button", market.toUpperCase());
  button.type = "button";
  button.dataset.market = market;
  button.onclick = () => choose(market);
  part("markets").append(button);
});
part("enter").onsubmit = (event) => {
  event.preventDefault();
  state.key = part("key").value.trim();
  sessionStorage.setItem("key", state.key);
  part("key").value = "";
  open();
};
if (!ZONES[state.market]) state.market = "pjm";
if (state.key) open(); else choose(state.market);
