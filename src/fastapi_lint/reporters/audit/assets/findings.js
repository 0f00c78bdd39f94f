// The list of all findings, its filters, and one finding in full.
const HEAPS = audit.findings.map((one) => [one.code, (RULES.get(one.code) || {}).name, one.message, one.path, one.function,
  ...one.chain.flatMap((hop) => [hop.path, hop.function, hop.text])].join("\n").toLowerCase());
const POSITIONS = new Map(audit.findings.map((one, position) => [one, position]));
const SEVERITIES = ["error", "warning", "info"];
const EVERY = "every request";
let sinkFilter = null;
let findingsList = null;

// A message with its `names` set as code.
function message(text) {
  const parts = text.split("`");
  return parts.length % 2 === 0 ? text : parts.map((part, position) => (position % 2 ? el("code", { text: part }) : part));
}

function findingBody(one) {
  const rule = RULES.get(one.code) || { summary: "", url: "", name: "" };
  const last = one.chain.length - 1;
  const isChain = one.chain.length > 1;
  const shownRoutes = one.routes.slice(0, 12);
  const more = one.routes.slice(12);
  const routeButton = (number) => el("button", { type: "button", text: audit.routes[number].label, on: { click: () => showFindings({ route: audit.routes[number].label }) } });
  const names = el("div", { class: "route-names" }, shownRoutes.map(routeButton),
    more.length ? el("button", { type: "button", text: `and ${more.length} more`, on: { click: (event) => event.target.replaceWith(...more.map(routeButton)) } }) : null);
  return el("div", { class: "body" },
    el("p", { class: "place" }, `${place(one.path, one.location.row)}:${one.location.column}`, one.function ? ` in ${one.function}` : " at the top of the module"),
    excerpt(one.path, one.location, 2),
    one.help ? el("p", { class: "advice" }, el("strong", { text: "What to do: " }), message(one.help)) : null,
    isChain ? [el("h4", { text: one.family === "1" ? `The way to the blocking call, ${count(last, "call")} down` : "Step by step" }),
      el("ol", { class: "chain" }, one.chain.map((hop, position) => el("li", { class: position === last ? "end" : "" },
        el("p", { class: "chain-head" }, el("code", { text: shorten(hop.text, 120) }), " in ", el("code", { text: hop.function || "the module" }), el("span", { class: "place", text: `  ${place(hop.path, hop.location.row)}` })),
        excerpt(hop.path, hop.location, 0))))] : null,
    one.everywhere || one.shared || one.routes.length ? el("h4", { text: one.everywhere ? "Reached by every request" : one.shared && !one.routes.length ? "Reached by exception handlers" : `Reached by ${count(one.routes.length, "route")}` })
      : el("h4", { text: "No route is known to reach this: start-up, a background task or a worker" }), names,
    el("h4", { text: "The rule" }),
    el("p", {}, el("strong", { text: `${one.code} ${rule.name}` }), `: ${rule.summary} `, rule.url ? el("a", { href: rule.url, rel: "noreferrer", text: "More (online)" }) : null),
    el("p", { class: "fine" }, `Confidence: ${one.confidence}.`, one.status === "open" ? "" : ` Silenced: ${one.reason}.`,
      one.sink === null ? null : [" ", el("button", { type: "button", class: "link", text: "Follow its call in the picture", on: { click: () => { follow(`s:${one.sink}`); byId("picture").scrollIntoView(); } } })]));
}

function findingItem(one) {
  const item = el("details", { class: `finding ${one.severity}${one.status === "open" ? "" : " silenced"}`, id: `finding-${one.key}` },
    el("summary", {}, el("span", { class: "heads" }, el("span", { class: `chip ${one.severity}`, text: `${one.code} ${one.severity}` }),
      NEW.has(one.key) ? el("span", { class: "chip new", text: "new" }) : null,
      one.status === "open" ? null : el("span", { class: "chip", text: one.status }),
      el("span", { class: "place mono", text: place(one.path, one.location.row) }),
      one.everywhere ? el("span", { class: "chip", text: EVERY }) : one.routes.length ? el("span", { class: "chip", text: count(one.routes.length, "route") }) : null),
    el("span", { class: "message" }, message(one.message))),
    );
  item.addEventListener("toggle", () => { if (item.open && item.childElementCount === 1) item.append(findingBody(one)); });
  return item;
}

const ORDERS = {
  harm: (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || Number(b.everywhere) - Number(a.everywhere) || b.routes.length - a.routes.length || POSITIONS.get(a) - POSITIONS.get(b),
  file: (a, b) => POSITIONS.get(a) - POSITIONS.get(b),
  rule: (a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : POSITIONS.get(a) - POSITIONS.get(b)),
};

function updateFindings() {
  const value = (name) => byId(`filter-${name}`).value.trim();
  const text = value("text").toLowerCase();
  const file = value("file").toLowerCase();
  const route = value("route").toLowerCase();
  const routes = new Set();
  if (route) audit.routes.forEach((one, number) => { if (one.label.toLowerCase() === route) routes.add(number); });
  if (route && !routes.size) audit.routes.forEach((one, number) => { if (one.label.toLowerCase().includes(route)) routes.add(number); });
  const [family, rule, severity, status] = ["family", "rule", "severity", "status"].map(value);
  const found = audit.findings.filter((one, position) => (!family || one.family === family) && (!rule || one.code === rule)
    && (!severity || one.severity === severity) && (!status || (status === "new" ? NEW.has(one.key) : one.status === status))
    && (sinkFilter === null || one.sink === sinkFilter) && (!file || one.path.toLowerCase().includes(file))
    && (!route || one.routes.some((number) => routes.has(number)) || (EVERY.includes(route) && one.shared))
    && (!text || HEAPS[position].includes(text)));
  findingsList.show(found.sort(ORDERS[value("order")] || ORDERS.harm));
  const note = byId("sink-note");
  note.hidden = sinkFilter === null;
  note.querySelector("span").textContent = sinkFilter === null ? "" : `Only findings that end in ${audit.sinks[sinkFilter].text}. `;
}

function showFindings({ route = "", family = "", sink = null }) {
  byId("filters").reset();
  sinkFilter = sink;
  byId("filter-route").value = route;
  byId("filter-family").value = family;
  updateFindings();
  byId("findings").scrollIntoView();
  byId("findings").focus({ preventScroll: true });
}

function revealFinding(one) {
  showFindings({});
  byId("filter-status").value = one.status;
  updateFindings();
  findingsList.reveal(one);
  const item = byId(`finding-${one.key}`);
  if (!item) return;
  item.open = true;
  item.scrollIntoView({ block: "start" });
  item.querySelector("summary").focus({ preventScroll: true });
}

function options(name, pairs) {
  byId(`filter-${name}`).append(...pairs.map(([value, text]) => el("option", { value, text })));
}

function drawFindings() {
  const by = (key) => { const counts = new Map(); for (const one of audit.findings) counts.set(one[key], (counts.get(one[key]) || 0) + 1); return counts; };
  const rules = by("code");
  const families = by("family");
  const severities = by("severity");
  const states = by("status");
  options("family", [["", "All"], ...[...FAMILIES].filter(([key]) => families.has(key)).sort().map(([key, name]) => [key, `${name} (${families.get(key)})`])]);
  options("rule", [["", "All"], ...[...rules.keys()].sort().map((code) => [code, `${code} ${(RULES.get(code) || {}).name || ""} (${rules.get(code)})`])]);
  options("severity", [["", "All"], ...SEVERITIES.filter((one) => severities.has(one)).map((one) => [one, `${one} (${severities.get(one)})`])]);
  options("status", [["open", `open (${states.get("open") || 0})`], ...(NEW.size ? [["new", `new (${NEW.size})`]] : []),
    ...(states.has("silenced") ? [["silenced", `silenced (${states.get("silenced")})`]] : []), ["", "All"]]);
  options("order", [["harm", "by harm"], ["file", "by file"], ["rule", "by rule"]]);
  byId("files").append(...[...new Set(audit.findings.map((one) => one.path))].sort().map((path) => el("option", { value: path })));
  byId("route-names").append(...audit.routes.map((route) => el("option", { value: route.label })), el("option", { value: EVERY }));
  byId("findings-list").before(el("p", { id: "sink-note", hidden: true }, el("span"), el("button", { type: "button", class: "link", text: "Show all", on: { click: () => { sinkFilter = null; updateFindings(); } } })));
  findingsList = paged(byId("findings-list"), 50, "finding", (shown) => shown.map(findingItem));
  let timer = 0;
  byId("filters").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(updateFindings, 60); });
  byId("filters").addEventListener("reset", () => { sinkFilter = null; setTimeout(updateFindings, 0); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  updateFindings();
}
