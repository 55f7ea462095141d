// A contributor: what she earned, in which rounds, for what, and the proof.

import { get, list } from "./api.js";
import { bars } from "./charts.js";
import { el, facts, figure, link, mono, number, percent, table, tokens, wallet } from "./format.js";
import { contributionTable } from "./jobs.js";
import { canProve, rootOf } from "./proof.js";

export async function contributor(status, key) {
  const [found, earnings, rounds, given] = await Promise.all([get(`/v1/contributors/${key}`), get(`/v1/contributors/${key}/earnings?limit=1`), list(`/v1/contributors/${key}/earnings`, 100), list(`/v1/submissions?contributor=${key}`, 100)]);
  const due = earnings.claimed == null ? null : BigInt(earnings.cumulative) - BigInt(earnings.claimed);
  return [
    el("h1", {}, "Earnings"),
    el("p", { class: "lead mono" }, key),
    el("div", { class: "grid" },
      figure("Earned, ever", tokens(earnings.cumulative), "tokens"),
      figure("Claimed", earnings.claimed == null ? "–" : tokens(earnings.claimed), "tokens", earnings.claimed == null ? "the chain cannot be asked just now" : ""),
      figure("To be claimed", due == null ? "–" : tokens(due), "tokens", due ? "whenever you like: it does not expire" : "")),
    why(found, given.items, due),
    el("section", { class: "card" }, el("h2", {}, "By round"), rounds.items.length
      ? [bars("Earned by round", [...rounds.items].reverse().map((item) => [String(item.round), Number(item.amount), `${tokens(item.amount)} tokens`])),
        table("Earned by round", [["round"], ["tokens", true], ["lifetime", true]], rounds.items.map((item) => [link(`#/rounds/${item.round}`, `Round ${item.round}`), tokens(item.amount), tokens(item.cumulative)]))]
      : el("p", { class: "quiet" }, "Nothing earned in a final round yet.")),
    el("section", { class: "card" }, el("h2", {}, "Contributions, with score and pay"), contributionTable(given.items, false)),
    found.leaf ? proof(status, key, found.leaf) : null,
  ];
}

// A zero has a reason, and so has an amount: say it.
function why(found, given, due) {
  const waiting = given.filter((item) => ["received", "batched", "scored"].includes(item.state));
  const words = [];
  if (due) words.push("Claim in a terminal: ", el("code", {}, "sheaf claim"), ". Anyone may send the transaction; the tokens go only to this wallet.");
  else if (found.leaf) words.push("Everything earned is claimed.");
  else words.push("This wallet has earned nothing in a final round yet.");
  if (waiting.length) {
    const round = Math.min(...waiting.map((item) => item.round ?? Infinity));
    words.push(` ${number(waiting.length)} of the newest contributions ${waiting.length === 1 ? "is" : "are"} not paid yet`, Number.isFinite(round) ? [": see ", link(`#/rounds/${round}`, `round ${round}`), "."] : ".");
  }
  return el("section", { class: "card" }, el("h2", {}, "What now"), el("p", {}, words.flat()));
}

function proof(status, key, leaf) {
  const answer = el("p", { role: "status" }, canProve() ? "Climb from this leaf to the root in your own browser, and compare with the root on chain." : "This browser has no cryptography on pages without TLS: open the page through https or localhost, or use sheaf rewards.");
  const button = el("button", { type: "button", disabled: !canProve() }, "Check the proof");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const [root, pool] = await Promise.all([rootOf(status, key, leaf), get("/v1/pool")]);
      const same = root.hash === leaf.root.hash && root.sum === leaf.root.sum;
      const active = root.hash === pool.active_root;
      answer.className = same ? "good" : "bad";
      answer.textContent = same
        ? `The proof holds: leaf ${leaf.index} leads to root ${root.hash.slice(0, 16)}… with a sum of ${tokens(root.sum)} tokens${active ? ", the active root" : "; a newer root is active by now, so load the page again"}. Whether the chain has this root, any explorer shows at the pool’s account ${pool.address}.`
        : "The proof does NOT lead to its root. Do not trust this indexer.";
    } catch (error) {
      answer.className = "bad";
      answer.textContent = `The proof could not be checked: ${error.message}`;
    }
    button.disabled = !canProve();
  });
  return el("section", { class: "card" }, el("h2", {}, "Proof"),
    facts([["Leaf", `${number(leaf.index)} on page ${number(leaf.page)}`], ["Root", mono(leaf.root.hash)], ["Sum of all leaves", `${tokens(leaf.root.sum)} tokens`]]), el("p", {}, button), answer);
}

export async function submission(status, id) {
  const found = await get(`/v1/submissions/${id}`);
  const reason = {
    received: "Taken, with a receipt. It waits for the next batch.", batched: "In a batch on chain. Validators score it in this round.",
    scored: "Scored. It is paid once the round is final.", paid: found.amount === "0" ? "Its round is final and paid nothing for it: validators found it worth nothing, or its job had nothing left." : "Its round is final: the amount is part of the contributor’s leaf.",
    rejected: "It can no longer be paid: its job ended first, or it waited for too many rounds.",
  }[found.state];
  return [
    el("h1", {}, "Contribution"), el("p", { class: "lead mono" }, id),
    el("section", { class: "card" }, el("p", {}, el("span", { class: found.state === "paid" ? "tag good" : found.state === "rejected" ? "tag bad" : "tag" }, found.state), ` ${reason}`),
      facts([["Contributor", wallet(found.contributor)], ["Job", link(`#/jobs/${found.job}`, `Job ${found.job}, task ${found.task}`)], ["Round", found.round == null ? "–" : link(`#/rounds/${found.round}`, String(found.round))],
        ["Quality", found.quality_bps == null ? "not scored yet" : `${percent(found.quality_bps)}: the stake-weighted median of its reviewers’ scores`], ["Paid", found.amount == null ? "–" : `${tokens(found.amount)} tokens`],
        ["Node", mono(found.node)], ["Ciphertext’s hash", mono(found.content_hash)], ["Received in slot", number(found.received_slot)]])),
    el("section", { class: "card" }, el("h2", {}, "Prove that it was counted"), el("pre", { tabindex: "0" }, el("code", {}, `sheaf contribution prove ${id} --indexer ${location.origin}`))),
  ];
}
