// Jobs: what is asked for, what it pays, where its money is.

import { get, list } from "./api.js";
import { el, facts, figure, link, mono, number, percent, table, time, tokens, wallet } from "./format.js";

const state = (job) => el("span", { class: job.active ? "tag good" : "tag" }, job.active ? "open" : job.cancelled_at ? "cancelled" : "ended");

export async function jobs() {
  const { items, more } = await list("/v1/jobs", 1000);
  return [
    el("h1", {}, "Jobs"),
    el("p", { class: "lead" }, "What requesters pay for. The money is in the pool’s vault before work begins, and goes back when the job ends."),
    el("section", { class: "card" }, table("Jobs by number", [["job"], ["kind"], ["state"], ["price of a unit", true], ["paid", true], ["left", true], ["until"]],
      items.reverse().map((job) => [link(`#/jobs/${job.number}`, `Job ${job.number}`), job.kind, state(job), tokens(job.price_per_unit), tokens(job.settled_total), tokens(job.balance), time(job.deadline)]),
      "No job was created in this pool yet: sheaf job create makes one."),
    more ? el("p", { class: "quiet" }, "Only the first thousand are shown: the API has all.") : null),
  ];
}

export async function job(status, number_) {
  const [found, contributions] = await Promise.all([get(`/v1/jobs/${number_}`), list(`/v1/submissions?job=${number_}`, 50)]);
  return [
    el("h1", {}, `Job ${found.number} `, state(found)),
    el("p", { class: "lead" }, `A ${found.kind} job of `, wallet(found.requester), `, open until ${time(found.deadline)}.`),
    el("div", { class: "grid" },
      figure("Funded", tokens(found.funded_total), "tokens"),
      figure("Paid to contributors and checkers", tokens(found.settled_total), "tokens"),
      figure("Left in escrow", tokens(found.balance), "tokens", found.reserved_round ? `${tokens(found.reserved)} held by round ${found.reserved_round}` : ""),
      figure("Refunded", tokens(found.refunded_total), "tokens")),
    el("section", { class: "card" }, el("h2", {}, "Terms, fixed at creation"),
      facts([["Price of a unit", `${tokens(found.price_per_unit)} tokens at full quality`], ["Most a round may take", tokens(found.round_cap)],
        ["Least that opens a leaf", tokens(found.minimum_earning)], ["Treasury", percent(found.treasury_bps)], ["Validators", percent(found.validators_bps)],
        ["Money is back at the latest", `${number(found.stall_seconds / 3600)} h after the end`], ["Account", mono(found.address)], ["Specification", mono(found.specification_hash)]])),
    found.specification ? el("section", { class: "card" }, el("h2", {}, "Specification, as published"), el("pre", { tabindex: "0" }, el("code", {}, found.specification))) : null,
    el("section", { class: "card" }, el("h2", {}, "Newest contributions"), contributionTable(contributions.items)),
  ];
}

export function contributionTable(items, withContributor = true) {
  const columns = [["contribution"], ...(withContributor ? [["contributor"]] : [["job"]]), ["state"], ["quality", true], ["tokens", true], ["round", true]];
  return table("Contributions, newest first", columns, items.map((item) => [
    el("a", { href: `#/submissions/${item.id}`, class: "mono", title: item.id }, item.id.slice(0, 10)),
    withContributor ? wallet(item.contributor) : link(`#/jobs/${item.job}`, `Job ${item.job}`),
    item.state, item.quality_bps == null ? "–" : percent(item.quality_bps), item.amount == null ? "–" : tokens(item.amount),
    item.round == null ? "–" : link(`#/rounds/${item.round}`, String(item.round))]), "No contribution yet.");
}
