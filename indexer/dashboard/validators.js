// Validators: stake, state, duties.

import { get, list } from "./api.js";
import { el, facts, figure, link, mono, number, table, time, transaction } from "./format.js";

const tag = (state) => el("span", { class: state === "voting" ? "tag good" : state === "jailed" ? "tag bad" : "tag" }, state);

export async function validators() {
  const { items } = await list("/v1/validators", 100);
  return [
    el("h1", {}, "Validators"),
    el("p", { class: "lead" }, "They stake, score what they were drawn for, and attest to the result. Stakes are in base units of the network’s stake mint."),
    el("section", { class: "card" }, table("Validators by authority", [["authority"], ["state"], ["stake", true], ["missed in a row", true]],
      items.map((item) => [el("a", { href: `#/validators/${item.authority}`, class: "mono", title: item.authority }, `${item.authority.slice(0, 8)}…`), tag(item.state), number(item.stake), number(item.missed_duties)]), "No validator is registered.")),
  ];
}

export async function validator(status, key) {
  const [found, duties] = await Promise.all([get(`/v1/validators/${key}`), list(`/v1/validators/${key}/duties`, 100)]);
  return [
    el("h1", {}, "Validator ", tag(found.state)), el("p", { class: "lead mono" }, key),
    el("div", { class: "grid" }, figure("Stake", number(found.stake), "base units"), figure("Duties missed in a row", number(found.missed_duties))),
    el("section", { class: "card" }, facts([["Votes with", mono(found.vote_key)], found.jailed_until ? ["In jail until", time(found.jailed_until)] : null, found.withdraw_after ? ["Stake can go from", time(found.withdraw_after)] : null, ["Slashable up to slot", number(found.slashable_until_slot)], ["Votes since slot", number(found.bonded_since_slot)]])),
    el("section", { class: "card" }, el("h2", {}, "Duties counted"), table("Duties, newest first", [["round"], ["missed"], ["transaction"]], duties.items.map((item) => [link(`#/rounds/${item.round}`, `Round ${item.round}`), item.missed ? "yes" : "no", transaction(item.signature)]), "None was counted yet.")),
  ];
}
