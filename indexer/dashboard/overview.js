// What there is and whether it adds up: the pool's books, jobs, the last rounds.

import { get, list } from "./api.js";
import { bars } from "./charts.js";
import { STAGES, el, facts, figure, link, mono, number, stage, table, tokens } from "./format.js";

const share = (part, whole) => (whole > 0n ? Number((BigInt(part) * 10000n) / whole) / 100 : 0);

export async function overview(status) {
  const [pool, jobs, rounds] = await Promise.all([get("/v1/pool"), list("/v1/jobs", 1000), list("/v1/rounds", 20)]);
  const active = jobs.items.filter((job) => job.active).length;
  const paid = rounds.items.filter((round) => round.stage === "final").reverse();
  return [
    el("h1", {}, "One pool, in the open"),
    el("p", { class: "lead" }, "Requesters lock payment, contributors’ devices and judgement earn it, validators check. Every figure here can be recomputed from public data."),
    el("div", { class: "grid" },
      figure("Earned by contributors, ever", tokens(pool.earned_total), "tokens", `${number(pool.leaf_count)} earners`),
      figure("Claimed so far", tokens(pool.claimed_total), "tokens", `${tokens(pool.owed.unclaimed)} wait to be claimed`),
      figure("Jobs open now", number(active), "", `${number(pool.job_count)} ever created`),
      figure("Rounds", number(pool.round), "", pool.stage ? `now: ${stage(pool.stage)}` : "none is live")),
    el("section", { class: "card", "aria-labelledby": "live" },
      el("h2", { id: "live" }, pool.stage ? ["Round ", link(`#/rounds/${pool.round}`, number(pool.round)), ` is live: ${stage(pool.stage)}`] : "No round is live"),
      el("p", { class: "quiet" }, pool.stage ? "Stages in order:" : "The next one begins with the first contributions that are batched."),
      pool.stage ? el("ol", { class: "stages" }, STAGES.map((name) => el("li", { "aria-current": name === pool.stage ? "step" : null }, stage(name)))) : null),
    solvency(pool),
    el("section", { class: "card" }, el("h2", {}, "Paid by round"),
      paid.length
        ? bars("Tokens paid by final round", paid.map((round) => {
          const amount = round.outcome?.debits_total ?? round.account?.debits_total ?? "0";
          return [String(round.number), Number(amount), `${tokens(amount)} tokens`];
        }))
        : el("p", { class: "quiet" }, "No round is final yet.")),
    el("section", { class: "card" }, el("h2", {}, "Where this is"),
      facts([["Pool", mono(pool.address)], ["Mint", mono(pool.mint)], ["Program", mono(status.program)], ["Active root", mono(pool.active_root)]])),
  ];
}

function solvency(pool) {
  const held = BigInt(pool.held);
  const parts = [["In escrow for jobs and datasets", pool.owed.escrow], ["In a round that settles", pool.owed.in_round], ["Earned, not claimed", pool.owed.unclaimed]];
  return el("section", { class: "card", "aria-labelledby": "solvency" },
    el("h2", { id: "solvency" }, "Held against owed"),
    el("p", {}, el("span", { class: pool.solvent ? "tag good" : "tag bad" }, pool.solvent ? "covered" : "NOT COVERED"),
      ` The vault holds ${tokens(pool.held)} and owes ${tokens(pool.owed.total)}.`),
    el("div", { class: "meter", "aria-hidden": "true" },
      el("span", { class: "a", style: null, "data-part": share(pool.owed.escrow, held) }),
      el("span", { class: "b", "data-part": share(pool.owed.unclaimed, held) })),
    table("What the vault owes", [["to", false], ["tokens", true]], parts.map(([label, amount]) => [label, tokens(amount)])));
}

// Widths come from numbers, set here and not in markup: the page's policy allows no inline style.
new MutationObserver(() => {
  for (const part of document.querySelectorAll("[data-part]")) part.style.width = `${part.dataset.part}%`;
}).observe(document.getElementById("content"), { childList: true, subtree: true });
