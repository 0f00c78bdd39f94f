// Helpers that every part of the page shares. Text reaches the page only as text: nothing here parses HTML.
const audit = JSON.parse(document.getElementById("data").textContent);
const FAMILIES = new Map(audit.score.families.map((one) => [one.family, one.name]));
FAMILIES.set("0", "The tool itself");
const RULES = new Map(audit.rules.map((rule) => [rule.code, rule]));
const NEW = new Set(audit.trend ? audit.trend.new : []);
const SVG = "http://www.w3.org/2000/svg";
const numberFormat = new Intl.NumberFormat("en");
const byId = (id) => document.getElementById(id);

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}
const el = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
const svg = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

const count = (number, noun) => `${numberFormat.format(number)} ${noun}${number === 1 ? "" : "s"}`;
const shorten = (text, size) => {
  const characters = Array.from(text);
  return characters.length <= size ? text : characters.slice(0, size - 1).join("") + "…";
};
const place = (path, row) => `${path}:${row}`;

function contextChip(context) {
  return el("span", { class: context === "event loop" ? "chip loop" : "chip", text: context === "?" ? "unknown" : context });
}

function routeName(label) {
  const [method, ...path] = label.split(" ");
  return [el("span", { class: "method", text: method }), el("code", { text: path.join(" ") })];
}

function meter(share, className, label) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return svg("svg", { class: "meter", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("rect", { class: className, x: 0, y: 0, width, height: 10 }));
}

// Shows `items` a page at a time: `draw(items of the page)` gives the nodes. Only what is shown exists.
function paged(container, size, noun, draw) {
  let items = [];
  let page = 0;
  const body = el("div");
  const status = el("p", { role: "status" });
  const before = el("button", { type: "button", class: "quiet", text: "Previous", on: { click: () => go(page - 1, true) } });
  const after = el("button", { type: "button", class: "quiet", text: "Next", on: { click: () => go(page + 1, true) } });
  const bar = el("div", { class: "pager" }, before, after, status);
  container.append(body, bar);
  function go(wanted, scroll) {
    const last = Math.max(0, Math.ceil(items.length / size) - 1);
    page = Math.max(0, Math.min(wanted, last));
    const first = page * size;
    const shown = items.slice(first, first + size);
    body.replaceChildren(...(shown.length ? [draw(shown)].flat() : [el("p", { class: "empty", text: `No ${noun}s match.` })]));
    before.disabled = page === 0;
    after.disabled = page >= last;
    before.hidden = after.hidden = last === 0;
    status.textContent = items.length === 0 ? "" : items.length <= size ? count(items.length, noun)
      : `${numberFormat.format(first + 1)}–${numberFormat.format(first + shown.length)} of ${count(items.length, noun)}`;
    if (scroll) container.scrollIntoView({ block: "start" });
  }
  return {
    show(list, wanted = 0) { items = list; go(wanted, false); },
    reveal(item) { const position = items.indexOf(item); if (position >= 0) go(Math.floor(position / size), false); },
  };
}

const WORDS = new Set(("False None True and as assert async await break class continue def del elif else except finally for "
  + "from global if import in is lambda match nonlocal not or pass raise return try while with yield").split(" "));
const TOKEN = /(#.*)|((?:[rbfuRBFU]{0,2})(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|\b(\d[\d_.]*)\b|([A-Za-z_]\w*)/g;

function colored(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "n" : WORDS.has(match[4]) ? "k" : "";
    if (!kind) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(el("span", { class: kind, text: match[0] }));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

// Source lines around a place, the place itself marked. Columns count characters, not UTF-16 units.
function excerpt(path, location, around) {
  const lines = audit.lines[path] || {};
  const rows = [];
  for (let row = Math.max(1, location.row - around); row <= location.row + around; row += 1) {
    const text = lines[row];
    if (text === undefined) continue;
    const characters = Array.from(text);
    const hit = row === location.row;
    const stop = location.end_row === row ? location.end_column - 1 : characters.length;
    const slice = (from, to) => characters.slice(from, to).join("");
    const code = !hit ? colored(text) : [...colored(slice(0, location.column - 1)),
      el("mark", {}, ...colored(slice(location.column - 1, stop))), ...colored(slice(stop))];
    rows.push(el("span", { class: hit ? "row hit" : "row" }, el("span", { class: "gutter", "aria-hidden": "true", text: row }), code, "\n"));
  }
  return rows.length ? el("pre", { class: "code", tabindex: "0", role: "group", "aria-label": `Lines around ${place(path, location.row)}` }, el("code", {}, rows)) : null;
}

// The button says what it switches to; without a choice of the reader's the system decides.
const theme = byId("theme");
const systemDark = matchMedia("(prefers-color-scheme: dark)");
function applyTheme(choice) {
  if (choice) document.documentElement.dataset.theme = choice;
  const dark = choice ? choice === "dark" : systemDark.matches;
  theme.textContent = dark ? "Light" : "Dark";
  theme.setAttribute("aria-label", `Switch to the ${dark ? "light" : "dark"} theme`);
  theme.removeAttribute("aria-pressed");
}
function remember(choice) { try { localStorage.setItem("fastapi-lint-theme", choice); } catch { /* a page from a file may have no storage */ } }
function remembered() { try { return localStorage.getItem("fastapi-lint-theme"); } catch { return null; } }
theme.addEventListener("click", () => {
  const current = document.documentElement.dataset.theme || (systemDark.matches ? "dark" : "light");
  const choice = current === "dark" ? "light" : "dark";
  remember(choice);
  applyTheme(choice);
});
systemDark.addEventListener("change", () => applyTheme(document.documentElement.dataset.theme));
applyTheme(["light", "dark"].includes(remembered()) ? remembered() : undefined);
