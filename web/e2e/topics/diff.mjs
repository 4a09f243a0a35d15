// Two files beside each other: from the files to the cause, the byte and the step of the run.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { violations } from "../lib/axe.mjs";

// A record: tag, words of 8 bytes at offsets, data.
function record(tag, words, data = Buffer.alloc(0)) {
  const head = Buffer.alloc(64);
  head.write(tag, "latin1");
  for (const [at, word] of words) head.writeBigUInt64LE(BigInt(word), at);
  return Buffer.concat([head, data]);
}

// Pages, each with 16 chunks, measured or not; contents from the page's number.
function stream({ heap = 4, measured = true, size = 0x40000, patch = null } = {}) {
  const create = record("ECREATE", [[12, size]]);
  create.writeUInt32LE(1, 8);
  const out = [create];
  const page = (n, flags, fill, tag = "EEXTEND") => {
    out.push(record("EADD", [[8, n * 4096], [16, flags]]));
    for (let k = 0; k < 16; k += 1) {
      const data = Buffer.alloc(256, fill);
      if (patch && patch.page === n && patch.chunk === k) data[patch.byte] ^= 1;
      out.push(record(tag, [[8, n * 4096 + k * 256]], data));
    }
  };
  for (let n = 0; n < 3; n += 1) page(n, 0x205, 0x90 + n);
  for (let n = 0; n < heap; n += 1) page(3 + n, 0x203, 0, measured ? "EEXTEND" : "UNMEASRD");
  page(3 + heap, 0x203, 0x77);
  return Buffer.concat(out);
}

// The stream of many measured pages as a file on disk, more than the page reads of a file at once; one late byte
// may be another.
async function large(folder, name, pages, late = null) {
  const create = record("ECREATE", [[12, 1 << 26]]);
  create.writeUInt32LE(1, 8);
  const out = [create];
  for (let n = 0; n < pages; n += 1) {
    out.push(record("EADD", [[8, n * 4096], [16, 0x203]]));
    for (let k = 0; k < 16; k += 1) {
      const data = Buffer.alloc(256, n + k + 1);
      if (late && late.page === n && late.chunk === k) data[late.byte] ^= 1;
      out.push(record("EEXTEND", [[8, n * 4096 + k * 256]], data));
    }
  }
  const bytes = Buffer.concat(out);
  await writeFile(join(folder, name), bytes);
  return { path: join(folder, name), identity: createHash("sha256").update(bytes).digest("hex") };
}

const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });

// Gives both sides by the buttons; waits for the answer.
async function give(page, a, b) {
  await page.setInputFiles("[data-side='0'] input[type=file]", file("a.sgxs", a));
  await page.setInputFiles("[data-side='1'] input[type=file]", file("b.sgxs", b));
  await page.waitForSelector(".verdict");
}

const causes = (page) => page.$$eval("[data-cause]", (all) => all.map((e) => e.dataset.cause));

export default [
  ["two files, two clicks, and the cause in words", async ({ visit }) => {
    const page = await visit("#diff&lang=en");
    await give(page, stream(), stream({ heap: 6 }));
    assert.match(await page.locator(".verdict").textContent(), /The MRENCLAVEs differ/);
    assert.deepEqual(await causes(page), ["heap", "moved"]);
    assert.match(await page.locator("[data-cause=heap]").textContent(), /Heap size.*likely.*only B has: 2/);
    const shown = await page.$$eval(".identity code", (all) => all.map((e) => e.textContent));
    const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(shown, [digest(stream()), digest(stream({ heap: 6 }))]);
  }],

  ["the byte is marked on both sides, and its step is one click away", async ({ visit }) => {
    const page = await visit("#diff&lang=en");
    await give(page, stream(), stream({ patch: { page: 1, chunk: 5, byte: 33 } }));
    assert.deepEqual(await causes(page), ["content"]);
    const marked = await page.$$eval(".beside .dump .new", (all) => all.map((e) => e.textContent.trim()));
    assert.deepEqual(marked, ["91", "90"]);
    await page.click("[data-open='1']");
    await page.waitForSelector("#card");
    assert.match(await page.evaluate(() => location.hash), /@load\.p0001\.eextend5/);
    await page.goBack();
    await page.waitForSelector(".verdict");
  }],

  ["the same identity of different files is told as that", async ({ visit }) => {
    const page = await visit("#diff&lang=en");
    const a = stream({ measured: false });
    await give(page, a, stream({ measured: false, patch: { page: 4, chunk: 2, byte: 9 } }));
    assert.match(await page.locator(".verdict.is-same").textContent(), /Same MRENCLAVE, different files/);
    assert.deepEqual(await causes(page), ["unmeasured"]);
  }],

  ["an expected value is pasted, and one change that gives it is found", async ({ visit }) => {
    const page = await visit("#diff&lang=en");
    const wanted = createHash("sha256").update(stream({ size: 0x80000 })).digest("hex");
    await page.setInputFiles("[data-side='0'] input[type=file]", file("a.sgxs", stream()));
    await page.fill("#value-b", wanted);
    await page.press("#value-b", "Enter");
    await page.waitForSelector(".verdict");
    assert.deepEqual(await causes(page), ["size"]);
    assert.match(await page.locator(".told").textContent(), /measures exactly the expected value/);
  }],

  ["two files dropped together take both sides; one that is nothing is refused", async ({ visit }) => {
    const page = await visit("#diff&lang=en");
    await page.setInputFiles("[data-side='0'] input[type=file]", [file("a.sgxs", stream()), file("b.sgxs", stream())]);
    await page.waitForSelector(".verdict.is-same");
    assert.match(await page.locator(".verdict").textContent(), /byte for byte/);
    await page.setInputFiles("[data-side='1'] input[type=file]", file("text.txt", Buffer.from("hello")));
    await page.waitForSelector("[role=alert]");
    assert.match(await page.locator("[role=alert]").textContent(), /text\.txt: This is neither/);
    await page.click("[data-clear='1']");
    await page.waitForSelector("[role=alert]", { state: "detached" });
  }],

  ["two files too large to be read at once: one late byte, and the step of the run", async ({ visit }) => {
    const folder = await mkdtemp(join(tmpdir(), "teescope-"));
    try {
      const late = { page: 6990, chunk: 9, byte: 77 };
      const [a, b] = [await large(folder, "a.sgxs", 7000), await large(folder, "b.sgxs", 7000, late)];
      const page = await visit("#diff&lang=en");
      await page.setInputFiles("[data-side='0'] input[type=file]", a.path);
      // The second is given while the first is still being read: neither is lost.
      await page.setInputFiles("[data-side='1'] input[type=file]", b.path);
      // It says how far it is, can be stopped, and begins anew when a file is given again.
      await page.click("[data-stop]");
      await page.waitForSelector(".diff [role=status]");
      assert.match(await page.locator(".diff [role=status]").textContent(), /was stopped/);
      await page.setInputFiles("[data-side='1'] input[type=file]", b.path);
      await page.waitForSelector(".verdict");
      assert.deepEqual(await causes(page), ["content"]);
      const shown = await page.$$eval(".identity code", (all) => all.map((e) => e.textContent));
      assert.deepEqual(shown, [a.identity, b.identity]);
      const at = 64 + late.page * (64 + 16 * 320) + 64 + late.chunk * 320 + 64 + late.byte;
      assert.match(await page.locator("section.first .facts").textContent(), new RegExp(`0x${at.toString(16)}`));
      await page.click("[data-open='1']");
      await page.waitForSelector("#card");
      await page.waitForFunction(() => location.hash.includes("@load.p6990.eextend9"));
    } finally {
      await rm(folder, { recursive: true });
    }
  }],

  ["the gallery leads here, and nothing leaves the page", async ({ visit, site }) => {
    let page = await visit("#gallery&lang=en");
    if (!(await page.locator(".dropzone a").count())) page = await visit("#&lang=en");
    await page.click(".dropzone a");
    await page.waitForSelector(".sides");
    await give(page, stream(), stream({ heap: 5 }));
    assert.match(await page.evaluate(() => location.hash), /^#diff&lang=en$/);
    for (const url of page.requested) assert.ok(url.startsWith(site.url), url);
  }],

  ["axe finds nothing, and nothing is wider than the screen", async ({ visit }) => {
    for (const width of [1440, 320]) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await visit("#diff&lang=en", { colorScheme, viewport: { width, height: 800 } });
        assert.deepEqual(await violations(page), []);
        await give(page, stream(), stream({ heap: 6, patch: { page: 1, chunk: 5, byte: 33 } }));
        assert.deepEqual(await violations(page), []);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
      }
    }
  }],
];
