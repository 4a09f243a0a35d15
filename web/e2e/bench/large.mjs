// Large enclaves: how fast MRENCLAVE is, and what a run costs whose file is never here whole.
import { engine } from "../lib/engine.mjs";
import { cpu, load, quantile, race, ratio, row, throughput } from "../lib/measure.mjs";

const MIB = 2 ** 20;
const PAGE = 4096;
/** Steps asked for at once, as the page does once it knows how quick they are. */
const AT_ONCE = 4096;
const DONE = 0xffff_ffff;

const own = await engine();
const rows = [];
{
  // The stream of a fully measured enclave is what MRENCLAVE hashes, byte for byte.
  const bytes = own.stream((64 * MIB) / PAGE);
  const before = own.held();
  const found = {};
  const act = (name) => () => (found[name] = own[name]() >>> 0);
  const t = await race({ plain_sha256: act("plain_sha256"), measure: act("measure") }, 9);
  if (found.plain_sha256 !== found.measure) throw new Error("MRENCLAVE is not the hash of the stream");
  const more = (own.most() - before) / MIB;
  console.log("MRENCLAVE of an enclave of 64 MiB");
  for (const [name, samples] of Object.entries(t)) console.log(throughput(name, samples, bytes));
  // At most 1.3 times the time of the plain crate.
  rows.push(ratio("MRENCLAVE, 64 MiB, to plain sha2", t.measure, t.plain_sha256, 1 / 1.3));
  rows.push(row("MRENCLAVE, 64 MiB, memory besides the stream", [more], "MiB", 1));
}
for (const [name, pages] of [
  ["64 MiB", (64 * MIB) / PAGE],
  ["140,000 pages", 140_000],
  ["1 GiB", 2 ** 30 / PAGE],
]) {
  own.stream(0);
  const bytes = own.large(pages) >>> 0;
  own.held();
  const start = cpu();
  const slices = [];
  let opened = 0;
  for (let done = 0; done !== DONE; ) {
    const from = cpu();
    done = own.large_on(AT_ONCE) >>> 0;
    slices.push(cpu() - from);
    if (!opened && done) opened = cpu() - start;
  }
  const all = cpu() - start;
  const peak = own.most() / MIB;
  const steps = 17 * pages;
  const seeks = [];
  for (let n = 0, at = 1; n < 200; n += 1) {
    at = (at + Math.floor(steps * 0.618)) % steps;
    const from = cpu();
    if (own.large_seek(at) !== 1) throw new Error("the run stopped somewhere");
    seeks.push(cpu() - from);
  }
  console.log(
    `${name}: ${(bytes / MIB).toFixed(0)} MiB of file, ${steps} steps: ` +
      `read twice in ${(opened / 1000).toFixed(1)} s, first pass ${((all - opened) / 1000).toFixed(1)} s, making the file included`,
  );
  rows.push(row(`${name}, memory, at most 36 MiB of it file`, [peak], "MiB", 64 + 36));
  rows.push(`${`${name}, longest slice`.padEnd(44)} ${Math.max(...slices).toFixed(1)} ms, p95 ${quantile(slices, 0.95).toFixed(1)} ms`);
  rows.push(row(`${name}, seek anywhere, bytes included`, seeks, "ms", 50));
}
console.log(rows.join("\n"));
console.log(load());
