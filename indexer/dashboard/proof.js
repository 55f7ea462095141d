// A leaf's way to the root, climbed in this browser: the same hashes as the program's
// (crates/sheaf-format/src/tree.rs).

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function base58(text) {
  let value = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new Error("not base58");
    value = value * 58n + BigInt(digit);
  }
  const bytes = new Uint8Array(32);
  for (let at = 31; at >= 0; at -= 1) { bytes[at] = Number(value & 255n); value >>= 8n; }
  if (value) throw new Error("longer than 32 bytes");
  return bytes;
}

const hex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function little(value, size) {
  let rest = BigInt(value);
  return Uint8Array.from({ length: size }, () => { const byte = Number(rest & 255n); rest >>= 8n; return byte; });
}

async function sha256(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { bytes.set(part, at); at += part.length; }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const LARGEST = (1n << 64n) - 1n;
const isAbsent = (node) => node.sum === 0n && node.hash.every((byte) => byte === 0);

async function parent(left, right) {
  if (isAbsent(left) && isAbsent(right)) return { hash: new Uint8Array(32), sum: 0n };
  const sum = left.sum + right.sum;
  if (sum > LARGEST) throw new Error("a sum wraps");
  const side = (node) => [node.hash, little(node.sum, 8)];
  return { hash: await sha256(Uint8Array.of(1), ...side(left), ...side(right)), sum };
}

async function climb(node, position, siblings) {
  let at = position;
  for (const view of siblings) {
    const sibling = { hash: hex(view.hash), sum: BigInt(view.sum) };
    node = await (at & 1 ? parent(sibling, node) : parent(node, sibling));
    at >>= 1;
  }
  return node;
}

export const canProve = () => Boolean(globalThis.crypto?.subtle);

// The root that a contributor's leaf leads to, as hex and decimal string.
export async function rootOf(status, contributor, leaf) {
  const hash = await sha256(Uint8Array.of(0), base58(status.program), base58(status.pool), little(leaf.index, 4),
    base58(contributor), little(leaf.cumulative, 8));
  const page = await climb({ hash, sum: BigInt(leaf.cumulative) }, leaf.index % 512, leaf.page_proof);
  const root = await climb(page, Math.floor(leaf.index / 512), leaf.pool_proof);
  return { hash: toHex(root.hash), sum: root.sum.toString() };
}
