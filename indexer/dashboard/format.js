// Values as people read them. Amounts are decimal strings of base units: never floating point.

let decimals = 0;
export const setDecimals = (value) => { decimals = value; };

export function tokens(amount) {
  const text = String(amount).padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const rest = decimals ? text.slice(-decimals).replace(/0+$/, "") : "";
  return rest ? `${whole}.${rest}` : whole;
}

export const number = (value) => Number(value).toLocaleString("en-US");
export const percent = (bps) => `${(bps / 100).toLocaleString("en-US")} %`;
export const short = (text) => (text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text);
export const time = (unix) => (unix ? `${new Date(unix * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC` : "–");

export const STAGES = ["intake", "closed", "commit", "reveal", "attest", "window", "settle", "final"];
const WORDS = {
  intake: "taking contributions", closed: "drawing reviewers", commit: "validators score", reveal: "validators reveal",
  attest: "validators attest", unresolved: "no quorum yet", window: "open to objections", settle: "settling", final: "final", void: "void",
};
export const stage = (name) => WORDS[name] ?? "idle";

// An element. Strings become text, never markup.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

export const link = (to, text, title) => el("a", { href: to, title }, text);
export const wallet = (key) => el("a", { href: `#/contributors/${key}`, class: "mono", title: key }, short(key));
export const mono = (text) => el("span", { class: "mono", title: text }, short(text));

// A transaction: its entry in the explorer of clusters that have one, else its signature to copy.
const EXPLORED = { "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d": "", EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: "?cluster=devnet" };
let explorer = null;
export const setCluster = (genesis) => { explorer = EXPLORED[genesis] ?? null; };
export function transaction(signature) {
  if (explorer === null) return mono(signature);
  return el("a", { class: "mono", title: signature, rel: "noreferrer", href: `https://explorer.solana.com/tx/${signature}${explorer}` }, short(signature));
}

export function figure(label, value, unit, note) {
  return el("section", { class: "card" }, el("p", { class: "label" }, label),
    el("span", { class: "figure" }, value, unit ? el("small", {}, ` ${unit}`) : ""), note ? el("p", { class: "label" }, note) : "");
}

export function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(Boolean).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

// A table that scrolls by itself on a narrow screen. Columns: [title, numeric?].
export function table(caption, columns, rows, empty = "Nothing yet.") {
  if (!rows.length) return el("p", { class: "quiet" }, empty);
  const cell = (name, content, numeric) => el(name, { class: numeric ? "number" : null, scope: name === "th" ? "col" : null }, content);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map(([title, numeric]) => cell("th", title, numeric)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((content, at) => cell("td", content ?? "–", columns[at][1])))))));
}
