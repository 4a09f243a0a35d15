// Hashing as wasm beside hash-wasm and beside the plain crates in the same module: processor time, in turns.
import { createSHA256, createSHA3 } from "hash-wasm";
import { engine } from "../lib/engine.mjs";
import { load, race, ratio, throughput } from "../lib/measure.mjs";

const MIB = 2 ** 20;
const CHUNK = 256;

const own = await engine();
const sha256 = await createSHA256();
const sha3 = await createSHA3(512);

/** The same bytes as the module's `fill` makes. */
const filled = (len) => Uint8Array.from({ length: len }, (_, i) => (i * 7 + (i >>> 8)) & 255);
const head = (digest) => new DataView(digest.buffer, digest.byteOffset).getUint32(0);
const whole = (hasher, bytes) => {
  hasher.init();
  hasher.update(bytes);
  return head(hasher.digest("binary"));
};
/** EEXTEND's shape: a header of 64 bytes with the offset, then 256 bytes. */
const eextend = (hasher, bytes) => {
  const header = new Uint8Array(64);
  header.set(new TextEncoder().encode("EEXTEND"));
  const offset = new DataView(header.buffer);
  hasher.init();
  for (let at = 0; at < bytes.length; at += CHUNK) {
    offset.setUint32(8, at, true);
    hasher.update(header);
    hasher.update(bytes.subarray(at, at + CHUNK));
  }
  return head(hasher.digest("binary"));
};

/** Has contestants that must come to the same digest race, and tells how fast each was. */
async function compare(title, bytes, contestants) {
  const found = {};
  const times = await race(
    Object.fromEntries(
      Object.entries(contestants).map(([name, act]) => [name, () => (found[name] = act() >>> 0)]),
    ),
  );
  const [first] = Object.values(found);
  const other = Object.keys(found).find((name) => found[name] !== first);
  if (other) throw new Error(`${title}: ${other} comes to another digest`);
  console.log(`${title}, ${bytes / MIB} MiB`);
  for (const [name, samples] of Object.entries(times)) console.log(throughput(name, samples, bytes));
  return times;
}

const rows = [];
{
  const bytes = filled(16 * MIB);
  own.fill(bytes.length);
  const t = await compare("SHA-256", bytes.length, {
    "hash-wasm": () => whole(sha256, bytes),
    "plain sha2": own.plain_sha256,
    teescope: own.core_sha256,
  });
  rows.push(ratio("SHA-256 to hash-wasm", t.teescope, t["hash-wasm"], 1.25));
  rows.push(ratio("SHA-256 to plain sha2", t.teescope, t["plain sha2"], 0.95));
}
{
  const bytes = filled(8 * MIB);
  own.fill(bytes.length);
  const t = await compare("EEXTEND-shaped, 64 and 256 bytes", bytes.length, {
    "hash-wasm": () => eextend(sha256, bytes),
    "plain sha2": own.plain_eextend,
    teescope: own.core_eextend,
  });
  rows.push(ratio("EEXTEND-shaped to hash-wasm", t.teescope, t["hash-wasm"], 2.2));
  rows.push(ratio("EEXTEND-shaped to plain sha2", t.teescope, t["plain sha2"], 0.95));
  // The whole leaf, operands and checks and all: every round measures the same pages once more.
  own.build();
  const steps = bytes.length / CHUNK;
  const leaf = (kept) => () => {
    if (own.leaf_eextend(kept) !== steps) throw new Error("an EEXTEND was refused");
  };
  const leaves = await race({
    "plain sha2": own.plain_eextend,
    "telling nothing": leaf(0),
    "telling what it writes": leaf(1),
    "telling everything": leaf(2),
  });
  console.log(`EEXTEND, the whole leaf, ${bytes.length / MIB} MiB of pages`);
  for (const [name, samples] of Object.entries(leaves)) console.log(throughput(name, samples, bytes.length));
  rows.push(ratio("EEXTEND, first pass, to plain sha2", leaves["telling what it writes"], leaves["plain sha2"], 0.95));
}
{
  const bytes = filled(8 * MIB);
  own.fill(bytes.length);
  const t = await compare("SHA3-512", bytes.length, {
    "hash-wasm": () => whole(sha3, bytes),
    "plain sha3": own.plain_sha3_512,
    teescope: own.core_sha3_512,
  });
  rows.push(ratio("SHA3-512 to hash-wasm", t.teescope, t["hash-wasm"], 1));
  rows.push(ratio("SHA3-512 to plain sha3", t.teescope, t["plain sha3"], 0.95));
}
console.log(rows.join("\n"));
console.log(load());
