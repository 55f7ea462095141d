// Rounds: batches, ballots, the result, and how to check it oneself.

import { get, list } from "./api.js";
import { STAGES, el, facts, figure, link, mono, number, percent, stage, table, tokens, wallet } from "./format.js";

const label = (name) => el("span", { class: name === "final" ? "tag good" : name === "void" ? "tag bad" : "tag" }, stage(name));
const contributions = (round) => round.batches.reduce((sum, batch) => sum + batch.count, 0);

export async function rounds() {
  const { items } = await list("/v1/rounds", 100);
  return [
    el("h1", {}, "Rounds"),
    el("p", { class: "lead" }, "Contributions of one round are scored by validators who commit before they reveal. With two thirds of the stake behind one result, and nobody objecting, it is paid."),
    el("section", { class: "card" }, table("Rounds, newest first", [["round"], ["state"], ["contributions", true], ["paid", true], ["voted", true]],
      items.map((round) => [link(`#/rounds/${round.number}`, `Round ${round.number}`), label(round.stage), number(contributions(round)),
        round.stage === "final" && round.outcome ? tokens(round.outcome.debits_total) : "–",
        round.account ? `${round.account.validators.filter((entry) => entry.attestation).length} of ${round.account.validators.length}` : "–"]),
      "No round yet: the first begins with the first batch.")),
  ];
}

export async function round(status, number_) {
  const [found, paid] = await Promise.all([get(`/v1/rounds/${number_}`), list(`/v1/submissions?round=${number_}`, 100)]);
  const { account, outcome } = found;
  const attested = account?.validators.filter((entry) => outcome && entry.attestation === outcome.attestation) ?? [];
  const behind = attested.reduce((sum, entry) => sum + BigInt(entry.stake), 0n);
  const part = account && BigInt(account.stake_total) > 0n ? Number((behind * 10000n) / BigInt(account.stake_total)) : 0;
  const scored = paid.items.filter((item) => item.quality_bps != null).map((item) => item.quality_bps).sort((a, b) => a - b);
  return [
    el("h1", {}, `Round ${found.number} `, label(found.stage)),
    el("ol", { class: "stages", "aria-label": "Stages" }, STAGES.map((name) => el("li", { "aria-current": name === found.stage ? "step" : null }, stage(name)))),
    el("p", {}),
    el("div", { class: "grid" },
      figure("Contributions", number(contributions(found))),
      figure("Taken from jobs", outcome ? tokens(outcome.debits_total) : "–", outcome ? "tokens" : ""),
      figure("Median quality", scored.length ? percent(scored[Math.floor((scored.length - 1) / 2)]) : "–", "", scored.length ? `of ${number(scored.length)} scored here` : ""),
      figure("Stake behind this result", account && outcome ? percent(part) : "–", "", account ? `${percent(account.quorum_bps)} make a quorum` : "")),
    el("section", { class: "card" }, el("h2", {}, "Batches on chain"), table("Batches", [["job"], ["contributions", true], ["reserved", true], ["debited", true], ["root"], ["state"]],
      found.batches.map((batch) => [link(`#/jobs/${batch.job_number}`, `Job ${batch.job_number}`), number(batch.count), tokens(batch.reserved), tokens(batch.debited), mono(batch.contributions_root), batch.state]),
      "Its batches are closed: their rent went back.")),
    account ? el("section", { class: "card" }, el("h2", {}, "Ballots"), table("Validators of this round", [["validator"], ["stake", true], ["committed"], ["revealed"], ["attested to"]],
      account.validators.map((entry) => [el("a", { href: `#/validators/${entry.authority}`, class: "mono", title: entry.authority }, `${entry.authority.slice(0, 6)}…`), tokens(entry.stake),
        entry.commitment ? "yes" : "no", entry.scores_root ? "yes" : "no",
        entry.attestation ? (outcome && entry.attestation === outcome.attestation ? "this result" : mono(entry.attestation)) : "–"]))) : null,
    outcome ? el("section", { class: "card" }, el("h2", {}, "Result"),
      facts([["Root", mono(outcome.root)], ["Sum of all earnings", `${tokens(outcome.total)} tokens`], ["Earners", number(outcome.leaf_count)], ["Debits’ hash", mono(outcome.debits_hash)], ["Manifest", mono(outcome.manifest_hash)]]),
      account && account.root === outcome.root ? el("p", { class: "good" }, "What this indexer computed is what the chain has.") : null) : null,
    el("section", { class: "card" }, el("h2", {}, "Verify it yourself"),
      el("p", {}, "This rebuilds assignment, medians, rewards and the root from the published data, and compares with the chain:"),
      el("pre", { tabindex: "0" }, el("code", {}, `sheaf verify round ${found.number} --indexer ${location.origin}`)),
      el("p", { class: "quiet" }, "Published data: ", el("a", { href: `/v1/rounds/${found.number}/manifest` }, "manifest"), ", ", el("a", { href: `/v1/rounds/${found.number}/scores` }, "scores"),
        found.batches.map((batch) => [", ", el("a", { href: `/v1/rounds/${found.number}/batches/${batch.job_number}` }, `batch of job ${batch.job_number}`)]).flat(), ".")),
    el("section", { class: "card" }, el("h2", {}, "Contributions"), table("Contributions of this round", [["contribution"], ["contributor"], ["quality", true], ["tokens", true]],
      paid.items.map((item) => [el("a", { href: `#/submissions/${item.id}`, class: "mono" }, item.id.slice(0, 10)), wallet(item.contributor), item.quality_bps == null ? "–" : percent(item.quality_bps), item.amount == null ? "–" : tokens(item.amount)])),
      paid.more ? el("p", { class: "quiet" }, "The newest hundred. The batch files have all.") : null),
  ];
}
