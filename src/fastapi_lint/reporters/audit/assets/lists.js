// The two rankings: calls that block, and routes that are harmed.
const severityClass = (severity) => (severity === "error" ? "fill-harmed" : "fill-warned");

function drawCauses() {
  const most = Math.max(1, ...audit.sinks.map((sink) => sink.routes.length));
  const list = paged(byId("causes-list"), 10, "call", (shown) => el("div", { class: "scroll" }, el("table", {},
    el("caption", { class: "hidden", text: "Blocking calls by the number of routes that they block" }),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "Call" }), el("th", { scope: "col", class: "narrow", text: "Rule" }),
      el("th", { scope: "col", class: "bar-cell", text: "Routes blocked" }), el("th", { scope: "col", class: "number", text: "Routes" }),
      el("th", { scope: "col", class: "number", text: "Sole cause" }), el("th", { scope: "col", class: "number", text: "Findings" }))),
    el("tbody", {}, shown.map((sink) => {
      const number = audit.sinks.indexOf(sink);
      return el("tr", {},
        el("td", {}, el("code", { text: shorten(sink.text, 90) }), el("div", { class: "place" }, place(sink.path, sink.location.row), sink.function && sink.function !== "<module>" ? ` in ${sink.function}` : ""),
          el("button", { type: "button", class: "link", text: "Follow", "aria-label": `Follow ${sink.text} in the picture`, on: { click: () => { follow(`s:${number}`); byId("picture").scrollIntoView(); } } }),
          " · ", el("button", { type: "button", class: "link", text: "Findings", "aria-label": `Show the findings of ${sink.text}`, on: { click: () => showFindings({ sink: number }) } })),
        el("td", { class: "narrow" }, el("span", { class: `chip ${sink.severity}`, text: sink.code })),
        el("td", { class: "bar-cell" }, meter(sink.routes.length / most, severityClass(sink.severity), `${sink.routes.length} of at most ${most}`)),
        el("td", { class: "number", text: numberFormat.format(sink.routes.length) }),
        el("td", { class: "number", text: numberFormat.format(sink.alone) }),
        el("td", { class: "number", text: numberFormat.format(sink.findings) }));
    })))));
  list.show(audit.sinks);
}

const openOfRoute = (number) => audit.findings.filter((one) => one.status === "open" && one.routes.includes(number));

function routeDetail(route, number) {
  const findings = openOfRoute(number);
  const shown = findings.slice(0, 12);
  return el("td", { colspan: "5", class: "route-detail" },
    route.dependencies.length ? el("div", {}, el("h3", { text: "Depends on" }), el("ul", {}, route.dependencies.map((one) => el("li", {}, el("code", { text: one.name }), " ", contextChip(one.context))))) : null,
    shown.length ? el("h3", { text: "Findings" }) : el("p", { text: "No open finding reaches this route." }),
    el("ul", {}, shown.map((one) => el("li", {}, el("span", { class: `chip ${one.severity}`, text: one.code }), " ",
      el("button", { type: "button", class: "link", text: place(one.path, one.location.row), on: { click: () => revealFinding(one) } }), " ", message(one.message)))),
    el("button", { type: "button", text: findings.length > shown.length ? `All ${findings.length} findings` : "Filter the findings", on: { click: () => showFindings({ route: route.label }) } }), " ",
    el("button", { type: "button", text: "Follow in the picture", on: { click: () => { follow(`r:${number}`); byId("picture").scrollIntoView(); } } }));
}

function drawRoutes() {
  const numbers = new Map(audit.routes.map((route, number) => [route, number]));
  const ranked = [...audit.routes].sort((a, b) => b.harm - a.harm || b.infos - a.infos || numbers.get(a) - numbers.get(b));
  const most = Math.max(1, ...ranked.map((route) => route.harm));
  const rows = (route) => {
    const number = numbers.get(route);
    const detail = el("tr", { hidden: true, id: `route-${number}` });
    const toggle = el("button", { type: "button", class: "link", "aria-expanded": "false", "aria-controls": `route-${number}`, on: { click: () => {
      if (!detail.firstChild) detail.append(routeDetail(route, number));
      detail.hidden = !detail.hidden;
      toggle.setAttribute("aria-expanded", String(!detail.hidden));
    } } }, routeName(route.label));
    return [el("tr", {}, el("td", {}, toggle, el("div", { class: "place" }, `${route.handler} · ${place(route.path, route.line)}`)),
      el("td", { class: "narrow" }, contextChip(route.context)),
      el("td", { class: "bar-cell" }, meter(route.harm / most, route.errors ? "fill-harmed" : "fill-warned", `harm ${route.harm} of at most ${most}`)),
      el("td", { class: "number", text: numberFormat.format(route.errors) }), el("td", { class: "number", text: numberFormat.format(route.warnings) })), detail];
  };
  const list = paged(byId("routes-list"), 15, "route", (shown) => el("div", { class: "scroll" }, el("table", {},
    el("caption", { class: "hidden", text: "Routes by the harm that findings do to them" }),
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "Route" }), el("th", { scope: "col", class: "narrow", text: "Runs on" }),
      el("th", { scope: "col", class: "bar-cell", text: "Harm" }), el("th", { scope: "col", class: "number", text: "Errors" }), el("th", { scope: "col", class: "number", text: "Warnings" }))),
    el("tbody", {}, shown.map(rows)))));
  const text = byId("routes-text");
  const clean = byId("routes-clean");
  const update = () => {
    const wanted = text.value.trim().toLowerCase();
    list.show(ranked.filter((route) => (clean.checked || route.errors + route.warnings + route.infos > 0)
      && `${route.label} ${route.handler} ${route.path}`.toLowerCase().includes(wanted)));
  };
  text.addEventListener("input", update);
  clean.addEventListener("change", update);
  update();
}
