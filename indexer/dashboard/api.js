// The API of docs/api.md. Every refusal is an Error whose message says what, why and what next.

export async function get(path) {
  let answer;
  try {
    answer = await fetch(path, { headers: { accept: "application/json" } });
  } catch {
    throw new Error("The indexer does not answer. It may be starting again: this page tries by itself.");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.detail ?? `The indexer answered ${answer.status}.`);
  return body;
}

// All entries of a list, part by part, at most `most`.
export async function list(path, most = 100) {
  const items = [];
  let cursor = null;
  do {
    const part = await get(path + (path.includes("?") ? "&" : "?") + `limit=${Math.min(most - items.length, 100)}`
      + (cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""));
    items.push(...part.items);
    cursor = part.next_cursor;
  } while (cursor && items.length < most);
  return { items, more: cursor !== null };
}

// Calls `told` with what the server pushes, and `state` when the line is there or lost.
export function listen(told, state) {
  const source = new EventSource("/v1/events/stream");
  source.addEventListener("pulse", (message) => told("pulse", JSON.parse(message.data)));
  source.addEventListener("chain", (message) => told("chain", JSON.parse(message.data)));
  source.addEventListener("open", () => state(true));
  source.addEventListener("error", () => state(false));
}
