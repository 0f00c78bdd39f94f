// The picture: a graph of routes, functions and blocking calls. Around one of its nodes a tree of shortest ways is drawn:
// to the left what leads there, to the right what it leads to.
const graph = { out: new Map(), into: new Map(), nodes: new Map() };
const CELL = { narrow: 140, wide: 250, height: 40, gap: 24, rowGap: 10, edge: 14 };
const FITTING = 6;
const LEAVES = 12;
const MORE_LEAVES = 40;
const LIST_ITEMS = 400;
const EVERYTHING = "r:-1";
const trail = [];
let focused = null;
let leavesShown = LEAVES;
let runsOpen = false;

function connect(from, to) {
  if (from === to || !graph.nodes.has(from) || !graph.nodes.has(to)) return;
  if (!graph.out.has(from)) graph.out.set(from, new Set());
  if (!graph.into.has(to)) graph.into.set(to, new Set());
  graph.out.get(from).add(to);
  graph.into.get(to).add(from);
}

function buildGraph() {
  const addFunction = (path, name, line, context) => {
    const id = `f:${path}|${name}`;
    if (!graph.nodes.has(id)) graph.nodes.set(id, { id, kind: "function", title: name, sub: line ? place(path, line) : path, context });
    return id;
  };
  audit.routes.forEach((route, number) => graph.nodes.set(`r:${number}`, { id: `r:${number}`, kind: "route", title: route.label, sub: route.handler, context: route.context, harm: route.harm }));
  graph.nodes.set(EVERYTHING, { id: EVERYTHING, kind: "route", title: EVERY, sub: "middleware, exception handlers, dependencies of the application", context: "event loop", harm: Infinity });
  audit.sinks.forEach((sink, number) => graph.nodes.set(`s:${number}`, { id: `s:${number}`, kind: "sink", severity: sink.severity, title: sink.text, sub: place(sink.path, sink.location.row), harm: sink.routes.length }));
  const ids = audit.graph.nodes.map(([path, name, line, context]) => addFunction(path, name, line, context));
  audit.graph.edges.forEach(([from, to]) => connect(ids[from], ids[to]));
  audit.graph.entries.forEach(([route, node]) => connect(`r:${route}`, ids[node]));
  for (const one of audit.findings) {
    if (one.sink === null || one.status !== "open") continue;
    const hops = one.chain.map((hop) => addFunction(hop.path, hop.function, 0, ""));
    for (let position = 1; position < hops.length; position += 1) connect(hops[position - 1], hops[position]);
    connect(hops[hops.length - 1], `s:${one.sink}`);
  }
}

// What the analysis says about which route a call blocks decides; ways between functions alone may promise too much.
function allowedAround(id) {
  const [kind, number] = [id[0], Number(id.slice(2))];
  if (kind === "s") {
    const routes = new Set([EVERYTHING, ...audit.sinks[number].routes.map((route) => `r:${route}`)]);
    return (node) => node[0] !== "r" || routes.has(node);
  }
  if (kind === "r" && id !== EVERYTHING) {
    const sinks = new Set(audit.sinks.flatMap((sink, position) => (sink.routes.includes(number) ? [`s:${position}`] : [])));
    return (node) => node[0] !== "s" || sinks.has(node);
  }
  return () => true;
}

// The tree of shortest ways from `root` along `edges`, cut down to those that end in the worst `most` leaves.
function treeOf(root, edges, leafKind, most) {
  const allowed = allowedAround(root);
  const parent = new Map([[root, null]]);
  const queue = [root];
  for (let position = 0; position < queue.length; position += 1) {
    for (const next of [...(edges.get(queue[position]) || [])].sort()) {
      if (parent.has(next) || !allowed(next)) continue;
      parent.set(next, queue[position]);
      queue.push(next);
    }
  }
  let leaves = queue.filter((node) => node !== root && node[0] === leafKind);
  if (!leaves.length) leaves = queue.filter((node) => node !== root && ![...(edges.get(node) || [])].some((next) => parent.get(next) === node));
  const harm = (node) => graph.nodes.get(node).harm || 0;
  leaves.sort((a, b) => harm(b) - harm(a) || (a < b ? -1 : 1));
  const children = new Map();
  for (const leaf of leaves.slice(0, most)) {
    for (let node = leaf; parent.get(node) !== null; node = parent.get(node)) {
      const above = parent.get(node);
      if (!children.has(above)) children.set(above, new Set());
      if (children.get(above).has(node)) break;
      children.get(above).add(node);
    }
  }
  if (leafKind === "r") skipEndpoints(children);
  return { children, cut: Math.max(0, leaves.length - most), total: leaves.length };
}

// A route and its endpoint's function say the same: the route alone is shown.
function skipEndpoints(children) {
  for (const [above, below] of children) {
    for (const node of [...below]) {
      const next = [...(children.get(node) || [])];
      const data = graph.nodes.get(node);
      if (next.length !== 1 || next[0][0] !== "r" || data.title !== graph.nodes.get(next[0]).sub.split(":").pop()) continue;
      below.delete(node);
      below.add(next[0]);
      children.delete(node);
    }
  }
}

// Where the tree is wider than the page, functions that follow one another without a branch are shown as one box.
function foldRuns(root, children) {
  for (const node of [root, ...[...children.values()].flatMap((below) => [...below])]) {
    const below = children.get(node);
    for (const first of below ? [...below] : []) {
      const run = [];
      for (let current = first; current[0] === "f" && (children.get(current) || new Set()).size === 1; [current] = children.get(current)) run.push(current);
      if (run.length < 2) continue;
      const id = `x:${first}`;
      const names = run.map((one) => graph.nodes.get(one).title);
      graph.nodes.set(id, { id, kind: "run", title: `${count(run.length, "function")} …`, sub: (node[0] === "r" ? names : names.reverse()).join(" → ") });
      below.delete(first);
      below.add(id);
      children.set(id, children.get(run[run.length - 1]));
      for (const one of run) children.delete(one);
    }
  }
}

// Rows and columns of a tree: leaves get rows of their own, the others stand in the middle of theirs. The heaviest
// branches come first, and a child stands one column away from its parent.
function arrange(root, children) {
  const spots = new Map();
  let row = 0;
  const put = (node, column) => {
    const below = [...(children.get(node) || [])];
    const rows = below.map((child) => put(child, column + 1));
    const own = rows.length ? (rows[0] + rows[rows.length - 1]) / 2 : row;
    if (!rows.length) row += 1;
    spots.set(node, { column, row: own });
    return own;
  };
  put(root, 0);
  return spots;
}

function layout(id) {
  const left = id[0] === "r" ? { children: new Map(), cut: 0, total: 0 } : treeOf(id, graph.into, "r", leavesShown);
  const right = id[0] === "s" ? { children: new Map(), cut: 0, total: 0 } : treeOf(id, graph.out, "s", leavesShown);
  const deepest = (children, node) => 1 + Math.max(0, ...[...(children.get(node) || [])].map((child) => deepest(children, child)));
  if (!runsOpen && deepest(left.children, id) + deepest(right.children, id) - 1 > FITTING) { foldRuns(id, left.children); foldRuns(id, right.children); }
  const [leftSpots, rightSpots] = [arrange(id, left.children), arrange(id, right.children)];
  const depth = Math.max(0, ...[...leftSpots.values()].map((spot) => spot.column));
  const shift = leftSpots.get(id).row - rightSpots.get(id).row;
  const spots = new Map();
  for (const [node, spot] of rightSpots) spots.set(node, { column: depth + spot.column, row: spot.row + shift });
  for (const [node, spot] of leftSpots) if (node === id || !spots.has(node)) spots.set(node, { column: depth - spot.column, row: spot.row });
  const top = Math.min(...[...spots.values()].map((spot) => spot.row));
  for (const spot of spots.values()) spot.row -= top;
  const wires = [];
  for (const [node, below] of left.children) for (const child of below) wires.push([child, node]);
  for (const [node, below] of right.children) for (const child of below) wires.push([node, child]);
  return { spots, wires, cut: left.cut + right.cut, left, right };
}

function drawPicture(id) {
  const { spots, wires, cut, left, right } = layout(id);
  const columns = 1 + Math.max(...[...spots.values()].map((spot) => spot.column));
  const rows = 1 + Math.max(...[...spots.values()].map((spot) => spot.row));
  const room = byId("picture-frame").clientWidth - 2 * CELL.edge - 2;
  const cell = Math.max(CELL.narrow, Math.min(CELL.wide, Math.floor((room - (columns - 1) * CELL.gap) / columns)));
  const gap = columns > 1 ? Math.max(CELL.gap, Math.min(160, Math.floor((room - cell * columns) / (columns - 1)))) : 0;
  const step = CELL.height + CELL.rowGap;
  const x = (spot) => CELL.edge + spot.column * (cell + gap);
  const y = (spot) => CELL.edge + spot.row * step;
  const width = 2 * CELL.edge + columns * cell + (columns - 1) * gap;
  const height = 2 * CELL.edge + rows * step - CELL.rowGap;
  const lines = wires.map(([from, to]) => {
    const [start, end] = [spots.get(from), spots.get(to)];
    const [x1, y1, x2, y2] = [x(start) + cell, y(start) + CELL.height / 2, x(end), y(end) + CELL.height / 2];
    const bend = Math.max(16, (x2 - x1) / 2);
    return { from, to, line: svg("path", { class: "wire", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }) };
  });
  const boxes = new Map([...spots].map(([node, spot]) => [node, box(node, x(spot), y(spot), cell, node === id)]));
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Routes, functions and blocking calls" }, lines.map((one) => one.line), [...boxes.values()]);
  byId("picture-frame").replaceChildren(drawing);
  const light = (node) => {
    const on = new Set([node]);
    for (const [side, other] of [["from", "to"], ["to", "from"]]) {
      const queue = [node];
      while (queue.length) {
        const current = queue.pop();
        for (const one of lines) if (one[side] === current) { one.line.classList.add("on"); on.add(one[other]); queue.push(one[other]); }
      }
    }
    drawing.classList.add("lit");
    for (const [other, shape] of boxes) shape.classList.toggle("on", on.has(other));
  };
  const dim = () => { drawing.classList.remove("lit"); for (const one of lines) one.line.classList.remove("on"); };
  const moves = {
    ArrowRight: (node) => (lines.find((one) => one.from === node) || {}).to,
    ArrowLeft: (node) => (lines.find((one) => one.to === node) || {}).from,
    ArrowDown: (node) => neighbor(spots, node, 1),
    ArrowUp: (node) => neighbor(spots, node, -1),
  };
  for (const [node, shape] of boxes) {
    shape.addEventListener("pointerenter", () => { dim(); light(node); });
    shape.addEventListener("pointerleave", dim);
    shape.addEventListener("focus", () => { dim(); light(node); });
    shape.addEventListener("blur", dim);
    shape.addEventListener("click", () => enter(node));
    shape.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); enter(node); byId("picture-frame").querySelector("[tabindex='0']").focus(); return; }
      const next = boxes.get(event.key in moves ? moves[event.key](node) : undefined);
      if (event.key in moves) event.preventDefault();
      if (!next) return;
      shape.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  }
  const shown = left.total + right.total - cut;
  byId("picture-note").textContent = spots.size === 1 ? "No known way leads here from a route."
    : `${count(shown, "way")} of ${numberFormat.format(left.total + right.total)} shown, the worst first; each box stands on its shortest way.`;
  byId("picture-more").hidden = cut === 0;
  byId("picture-frame").scrollLeft = id[0] === "s" ? width : 0;
  drawTree(id);
}

function enter(node) {
  if (node.startsWith("x:")) { runsOpen = true; drawPicture(focused); }
  else if (node !== focused) follow(node);
}

// The nearest box above or below in the same column.
function neighbor(spots, node, direction) {
  const own = spots.get(node);
  let best;
  for (const [other, spot] of spots) {
    if (spot.column !== own.column || (spot.row - own.row) * direction <= 0) continue;
    if (best === undefined || Math.abs(spot.row - own.row) < Math.abs(spots.get(best).row - own.row)) best = other;
  }
  return best;
}

function box(node, x, y, width, isFocus) {
  const data = graph.nodes.get(node);
  const kind = { route: "route", sink: "call that blocks", function: "function", run: "folded" }[data.kind];
  return svg("g", { class: `node ${data.kind} ${data.severity || ""}${isFocus ? " center" : ""}`, role: "button", tabindex: isFocus ? "0" : "-1", "aria-label": `${kind} ${data.title}, ${data.sub}`, transform: `translate(${x} ${y})` },
    svg("title", { text: `${data.title}\n${data.sub}${data.context ? `\nruns on: ${data.context}` : ""}` }),
    svg("rect", { width, height: CELL.height, rx: data.kind === "route" || data.kind === "sink" ? 12 : 6 }),
    svg("text", { x: 10, y: 17, text: shorten(data.title, Math.floor((width - 18) / 7.3)) }), svg("text", { class: "sub", x: 10, y: 32, text: fromRight(data.sub, Math.floor((width - 18) / 6.3)) }));
}

const fromRight = (text, size) => { const characters = Array.from(text); return characters.length <= size ? text : "…" + characters.slice(characters.length - size + 1).join(""); };

// The same trees as nested lists, for readers who do not see the picture.
function drawTree(id) {
  const holder = byId("picture-tree");
  holder.replaceChildren();
  if (!byId("picture-text").open) return;
  const { left, right } = layout(id);
  let room = LIST_ITEMS;
  const branch = (node, children) => {
    const data = graph.nodes.get(node);
    room -= 1;
    const items = [...(children.get(node) || [])].filter(() => room > 0).map((child) => branch(child, children));
    return el("li", {}, el("code", { text: data.title }), ` ${data.sub}`, items.length ? el("ul", {}, items) : null);
  };
  if (left.total) holder.append(el("h3", { text: "What leads there" }), el("ul", {}, branch(id, left.children)));
  if (right.total) holder.append(el("h3", { text: "What it leads to" }), el("ul", {}, branch(id, right.children)));
}

function follow(id, isBack = false) {
  if (focused !== null && !isBack && focused !== id) trail.push(focused);
  focused = id;
  leavesShown = LEAVES;
  runsOpen = false;
  const choice = byId("picture-focus");
  let option = [...choice.options].find((one) => one.value === id);
  if (!option) { option = el("option", { value: id, text: `${graph.nodes.get(id).title} · ${graph.nodes.get(id).sub}` }); choice.append(option); }
  choice.value = id;
  byId("picture-back").disabled = trail.length === 0;
  drawPicture(id);
}

function startPicture() {
  if (!audit.sinks.length) {
    byId("picture-frame").append(el("p", { class: "empty", text: "Nothing blocks: there is nothing to draw." }));
    byId("picture-focus").disabled = true;
    byId("picture-text").hidden = true;
    return;
  }
  buildGraph();
  const choice = byId("picture-focus");
  const blocked = new Set(audit.sinks.flatMap((sink) => sink.routes));
  const harmed = [...blocked].sort((a, b) => audit.routes[b].harm - audit.routes[a].harm || a - b);
  choice.append(
    el("optgroup", { label: "Calls, those that block most routes first" }, audit.sinks.slice(0, 300).map((sink, number) => el("option", { value: `s:${number}`, text: `${shorten(sink.text, 60)} · ${count(sink.routes.length, "route")} · ${fromRight(place(sink.path, sink.location.row), 48)}` }))),
    el("optgroup", { label: "Routes, the most harmed first" }, harmed.map((number) => el("option", { value: `r:${number}`, text: audit.routes[number].label }))),
    graph.out.has(EVERYTHING) ? el("option", { value: EVERYTHING, text: EVERY }) : null);
  choice.addEventListener("change", () => follow(choice.value));
  byId("picture-back").addEventListener("click", () => follow(trail.pop(), true));
  byId("picture-more").addEventListener("click", () => { leavesShown += MORE_LEAVES; drawPicture(focused); });
  byId("picture-text").addEventListener("toggle", () => drawTree(focused));
  addEventListener("resize", () => drawPicture(focused));
  follow("s:0");
}
