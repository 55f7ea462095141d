// Which page is shown, when it is drawn again, and the line at the top.

import { get, listen } from "./api.js";
import { el, number, setCluster, setDecimals, stage } from "./format.js";
import { overview } from "./overview.js";
import { job, jobs } from "./jobs.js";
import { round, rounds } from "./rounds.js";
import { contributor, submission } from "./contributors.js";
import { validator, validators } from "./validators.js";
import { events, usage } from "./log.js";

const PAGES = [
  [/^\/$/, overview, "Overview", true],
  [/^\/jobs$/, jobs, "Jobs", true],
  [/^\/jobs\/(\d+)$/, job, "Job", true],
  [/^\/rounds$/, rounds, "Rounds", true],
  [/^\/rounds\/(\d+)$/, round, "Round", true],
  [/^\/validators$/, validators, "Validators", true],
  [/^\/validators\/(\w+)$/, validator, "Validator", false],
  [/^\/contributors\/(\w+)$/, contributor, "Contributor", false],
  [/^\/submissions\/([0-9a-f]{64})$/, submission, "Contribution", false],
  [/^\/usage$/, usage, "Usage", false],
  [/^\/events$/, events, "Log", true],
];

const main = document.getElementById("content");
let status = null;
let drawing = 0;

const path = () => location.hash.replace(/^#/, "") || "/";

async function draw(isNew) {
  const turn = ++drawing;
  const here = path();
  const found = PAGES.find(([pattern]) => pattern.test(here));
  for (const link of document.querySelectorAll(".nav a")) {
    const to = link.getAttribute("href").slice(1);
    const current = to === "/" ? here === "/" : here.startsWith(to);
    if (current) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  let content;
  try {
    status ??= await get("/v1/status").then((answer) => { setDecimals(answer.decimals); setCluster(answer.genesis); return answer; });
    content = found
      ? await found[1](status, ...here.match(found[0]).slice(1))
      : [el("h1", {}, "There is no such page"), el("p", {}, el("a", { href: "#/" }, "Back to the overview"))];
  } catch (error) {
    if (!isNew && main.childElementCount > 1) return; // What is shown stays until there is something newer.
    content = [el("h1", {}, found?.[2] ?? "Sheaf"), el("section", { class: "card problem", role: "alert" }, el("p", {}, error.message))];
  }
  if (turn !== drawing) return;
  document.title = `${found?.[2] ?? "Sheaf"} · Sheaf`;
  main.replaceChildren(...content.filter(Boolean));
  if (isNew) { main.focus({ preventScroll: true }); scrollTo(0, 0); }
}

// Pages that follow the chain are drawn again after something happened, not more often than every 1.5 s.
let due = null;
function refresh() {
  const found = PAGES.find(([pattern]) => pattern.test(path()));
  const isTyping = main.contains(document.activeElement) && document.activeElement !== main;
  if (!found?.[3] || document.hidden || due || isTyping) return;
  due = setTimeout(() => { due = null; draw(false); }, 1500);
}

const line = document.getElementById("pulse");
const words = document.getElementById("pulse-text");
let shown = "";
listen((kind, told) => {
  if (kind === "pulse") {
    const what = told.stage ? `round ${number(told.round)}: ${stage(told.stage)}` : "between rounds";
    words.textContent = `slot ${number(told.slot)} · ${what}`;
    line.className = "pulse live";
    const now = `${told.round} ${told.stage} ${told.waiting}`;
    if (now !== shown) { shown = now; refresh(); }
  } else {
    refresh();
  }
}, (isThere) => {
  if (isThere) { refresh(); return; }
  line.className = "pulse lost";
  words.textContent = "the line is lost: trying again";
});

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = `#/contributors/${new FormData(event.target).get("key").trim()}`;
});
addEventListener("hashchange", () => draw(true));
draw(true);
