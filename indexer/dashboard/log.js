// The public log, and who used which dataset.

import { get, list } from "./api.js";
import { el, mono, number, table, tokens, transaction, wallet } from "./format.js";

const SHOWN = 60;

export async function events() {
  const pool = await get("/v1/pool");
  const after = Math.max(Number(pool.sequence) - SHOWN, 0);
  const { items } = await list(`/v1/events?series=pool${after ? `&cursor=${after}` : ""}`, SHOWN);
  return [
    el("h1", {}, "Log"),
    el("p", { class: "lead" }, `Every change of the pool is an event with a number, so a missing one would be seen. The last ${SHOWN} of ${number(pool.sequence)}:`),
    el("section", { class: "card" }, table("Events, newest first", [["number", true], ["what"], ["details"], ["slot", true], ["transaction"]],
      items.reverse().map((item) => [number(item.sequence), item.name, details(item.fields), number(item.slot), transaction(item.signature)]), "Nothing happened yet.")),
  ];
}

const HIDDEN = new Set(["sequence", "pool"]);
function details(fields) {
  const shown = Object.entries(fields).filter(([name]) => !HIDDEN.has(name)).slice(0, 4);
  return el("span", { class: "quiet" }, shown.flatMap(([name, value], at) => [at ? ", " : "", `${name.replaceAll("_", " ")} `, String(value).length > 20 ? mono(String(value)) : String(value)]));
}

const WORDS = { published: "offered for licence", licensed: "licensed", used: "use reported", closed: "closed" };
export async function usage() {
  const { items } = await list("/v1/usage", 200);
  return [
    el("h1", {}, "Who uses the data"),
    el("p", { class: "lead" }, "A licence is paid into the pool, and the next round pays it to those who contributed. Reports of use are recorded by hash, in public."),
    el("section", { class: "card" }, table("Datasets’ log, newest first", [["what"], ["dataset"], ["by"], ["tokens", true], ["transaction"]],
      items.map((item) => [WORDS[item.event.what], mono(item.dataset), item.event.consumer ? wallet(item.event.consumer) : "–", item.event.arrived ?? item.event.price ? tokens(item.event.arrived ?? item.event.price) : "–", transaction(item.signature)]),
      "No dataset was offered or used yet.")),
  ];
}
