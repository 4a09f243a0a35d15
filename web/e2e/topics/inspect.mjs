// The inspector: what is pasted or dropped is decoded, recognised and shown byte by byte.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { violations } from "../lib/axe.mjs";

async function vector(path) {
  const root = process.env.TEESCOPE_VECTORS ?? join(import.meta.dirname, "../../../../shared/vectors");
  return readFile(join(root, path)).catch(() => null);
}

const REAL = "sgx/sigstruct/signal-cds-2e5a4fe3.sigstruct.bin";

// The page with something pasted.
async function pasted(visit, text, options) {
  const page = await visit("#inspect&lang=en", options);
  await page.fill("#pasted", text);
  await page.waitForSelector(".told");
  return page;
}

const heading = (page) => page.locator(".told h2").textContent();
const told = (page) => page.locator(".told").textContent();

export default [
  ["hex, base64, an array and a dump of one artefact are the same artefact", async ({ visit }) => {
    const bytes = await vector(REAL);
    if (!bytes) return;
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0"));
    const dump = hex.reduce((out, pair, i) => out + (i % 16 ? " " : `\n${i.toString(16).padStart(8, "0")}  `) + pair, "");
    const writings = [
      [hex.join(" "), /hex: 1,808 bytes/],
      [bytes.toString("base64"), /base64: 1,808 bytes/],
      [`{ ${hex.map((b) => `0x${b}`).join(", ")} };`, /an array in source code: 1,808 bytes/],
      [dump, /a dump with offsets: 1,808 bytes/],
    ];
    const page = await visit("#inspect&lang=en");
    for (const [text, from] of writings) {
      await page.fill("#pasted", text);
      await page.waitForFunction((wanted) => new RegExp(wanted).test(document.querySelector(".told")?.textContent), from.source);
      assert.equal(await heading(page), "SIGSTRUCT");
      assert.match(await told(page), /7 of 7 checks hold/);
    }
  }],

  ["bytes and fields point at each other, and a flipped bit is found", async ({ visit }) => {
    const bytes = await vector(REAL);
    if (!bytes) return;
    const page = await pasted(visit, bytes.toString("hex"));
    await page.hover(".fields-of tbody tr:nth-child(3)");
    await page.waitForSelector(".dump .piece.lit");
    assert.equal(await page.locator(".dump .piece.lit").first().textContent(), "08 09 17 20");
    await page.locator(".dump .piece").nth(6).hover();
    await page.waitForSelector(".fields-of tr.lit");
    await page.locator(".fields-of button.field", { hasText: "SIGNATURE" }).click();
    await page.locator("[data-byte]").first().click();
    await page.click("[data-bit='3']");
    await page.waitForSelector(".told .rule.failed");
    assert.match(await told(page), /SGX_INVALID_SIGNATURE \(8\)/);
    await page.click("[data-bit='3']");
    await page.waitForFunction(() => !document.querySelector(".told .rule.failed"));
  }],

  ["what nobody knows is shown with what was tried", async ({ visit }) => {
    const page = await pasted(visit, "01 02 03 04 0");
    assert.equal(await heading(page), "Unknown");
    assert.match(await told(page), /Read as hex: hex text at offset 0xc \(12\)/);
    assert.equal(await page.locator(".hexline").count(), 1);
  }],

  ["an error number is explained and leads to a run", async ({ visit }) => {
    const page = await pasted(visit, "EINIT returned 8");
    assert.equal(await heading(page), "SGX_INVALID_SIGNATURE");
    assert.equal(await page.locator(".dump").count(), 0);
    await page.click("[data-lead='0']");
    await page.waitForSelector("#card.is-stopped");
    await page.goBack();
    await page.waitForSelector(".told");
    assert.equal(await heading(page), "SGX_INVALID_SIGNATURE");
  }],

  ["a quote is taken apart, and what it holds can be saved", async ({ visit }) => {
    const bytes = await vector("sgx/quotes/v3-phala/quote.bin");
    if (!bytes) return;
    const page = await pasted(visit, bytes.toString("base64"));
    assert.equal(await heading(page), "attestation quote of an SGX enclave, version 3");
    assert.match(await told(page), /3 of 3 checks hold/);
    assert.match(await told(page), /MRENCLAVE of QE3, ISVSVN 10/);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("[data-inside='0']")]);
    assert.equal(saved.suggestedFilename(), "pck-chain.pem");
    assert.match(await readFile(await saved.path(), "utf8"), /^-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----$/);
  }],

  ["what could be two things is shown as either, and its case file is replayed", async ({ visit }) => {
    const bytes = Buffer.alloc(512);
    [bytes[0], bytes[40]] = [4, 3];
    const page = await pasted(visit, bytes.toString("hex"));
    assert.equal(await heading(page), "TARGETINFO");
    await page.click("[data-reading='1']");
    await page.waitForFunction(() => document.querySelector(".told h2").textContent === "KEYREQUEST");
    assert.equal(await page.getAttribute("[data-reading='1']", "aria-pressed"), "true");
    const [kept] = await Promise.all([page.waitForEvent("download"), page.click("[data-save=case]")]);
    const buffer = await readFile(await kept.path());
    await page.setInputFiles("input[type=file]", { name: "kept.case.json", mimeType: "application/json", buffer });
    await page.waitForFunction(() => !document.querySelector(".told"));
    await page.setInputFiles("input[type=file]", { name: "request.bin", mimeType: "application/octet-stream", buffer: bytes });
    await page.waitForFunction(() => /the same is told of it as then/.test(document.querySelector(".inspected")?.textContent));
  }],

  ["each example is known, and the same is true of the pairs", async ({ visit }) => {
    const page = await visit("#inspect&lang=en");
    const all = await page.locator("[data-example]").count();
    assert.ok(all >= 4);
    for (let i = 0; i < all; i += 1) {
      await page.click(`[data-example='${i}']`);
      await page.waitForSelector(".told");
      assert.notEqual(await heading(page), "Unknown");
      await page.click("[data-clear]");
      await page.waitForSelector("[data-example]");
    }
    const diff = await visit("#diff&lang=en");
    await diff.click("[data-pair='0']");
    await diff.waitForSelector(".causes");
    assert.match(await diff.locator(".causes").first().textContent(), /Contents/);
  }],

  ["a dropped file is shown in stretches, opened as a run, and saved", async ({ visit }) => {
    const bytes = await vector("sgx/mrenclave/base.sgxs");
    if (!bytes) return;
    const page = await visit("#inspect&lang=en");
    await page.setInputFiles("input[type=file]", { name: "base.sgxs", mimeType: "application/octet-stream", buffer: bytes });
    await page.waitForSelector(".told");
    assert.match(await told(page), /base\.sgxs · 25,984 bytes/);
    await page.locator("[data-from='16384']").first().click();
    await page.waitForFunction(() => document.querySelector(".offset")?.textContent === "4000");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("[data-save=bytes]")]);
    assert.deepEqual(await readFile(await saved.path()), bytes);
    const [text] = await Promise.all([page.waitForEvent("download"), page.click("[data-save=text]")]);
    assert.match(await readFile(await text.path(), "utf8"), /^SGXS: [^]*tag: ECREATE/);
    const [kept] = await Promise.all([page.waitForEvent("download"), page.click("[data-save=case]")]);
    assert.match(await readFile(await kept.path(), "utf8"), /"scenario"/);
    await page.click("[data-run='0']");
    await page.waitForSelector("#card");
  }],

  ["the link says nothing of the content, and nothing leaves the page", async ({ visit, site }) => {
    const page = await pasted(visit, "de ad be ef de ad be ef");
    assert.equal(await page.evaluate(() => location.hash), "#inspect&lang=en");
    for (const url of page.requested) assert.ok(url.startsWith(site.url), url);
  }],

  ["by keyboard alone", async ({ visit }) => {
    const bytes = await vector(REAL);
    if (!bytes) return;
    const page = await pasted(visit, bytes.toString("hex"));
    await page.focus("#pasted");
    let reached = null;
    for (let i = 0; i < 30 && !reached; i += 1) {
      await page.keyboard.press("Tab");
      reached = await page.evaluate(() => document.activeElement?.matches("button.field") || null);
    }
    assert.ok(reached);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".editor");
    assert.match(await page.locator(".editor").textContent(), /VENDOR/);
  }],

  ["axe finds nothing, and nothing is wider than the screen", async ({ visit }) => {
    const bytes = await vector(REAL);
    if (!bytes) return;
    const bad = Buffer.from(bytes);
    bad[600] ^= 1;
    for (const width of [1440, 320]) {
      for (const colorScheme of ["light", "dark"]) {
        for (const text of [bad.toString("hex"), "0x2004", "00 11 22 3"]) {
          const page = await pasted(visit, text, { colorScheme, viewport: { width, height: 800 } });
          assert.deepEqual(await violations(page), []);
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
        }
      }
    }
  }],
];
