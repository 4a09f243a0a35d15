// The player by keyboard alone, its links, forks, dialogs and files.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const HELLO = "#sgx/hello-enclave";
const card = (page) => page.locator("#card .place").textContent();

// Waits until the card tells that step.
const stands = (page, start) =>
  page.waitForFunction((wanted) => document.querySelector("#card .place")?.textContent.startsWith(wanted), start);

// Waits until the address says this; quick changes are written together.
const address = (page, part) => page.waitForFunction((wanted) => location.hash.includes(wanted), part);

// Files as if they were dropped on the page.
async function drop(page, files) {
  const data = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of list) transfer.items.add(new File([Uint8Array.from(bytes)], name));
    return transfer;
  }, files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })));
  await page.dispatchEvent(".page", "drop", { dataTransfer: data });
}

async function vector(path) {
  const root = process.env.TEESCOPE_VECTORS ?? join(import.meta.dirname, "../../../../shared/vectors");
  return readFile(join(root, path)).catch(() => null);
}

export default [
  ["from the gallery to the end of a run by keyboard alone", async ({ visit }) => {
    const page = await visit("#gallery");
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement?.getAttribute("href"))) === HELLO) break;
    }
    await page.keyboard.press("Enter");
    await page.waitForSelector("#card");
    await page.keyboard.press("ArrowRight");
    await stands(page, "step 1 of");
    await page.keyboard.press("Shift+ArrowRight");
    await stands(page, "step 11 of");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageUp");
    await page.keyboard.press("End");
    await address(page, "@init.einit");
    await page.keyboard.press("/");
    await page.keyboard.type("ecreate");
    await page.waitForSelector(".found .step");
    await page.keyboard.press("Enter");
    await address(page, "@create.ecreate");
    await page.goBack();
    await page.waitForSelector(".gallery");
  }],

  ["dialogs take the focus, keep it and give it back", async ({ visit }) => {
    const page = await visit(`${HELLO}@load.code1.eextend3`);
    await page.locator("[data-open-dialog=insert]").focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog")));
    }
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.type("create.ecreate");
    await page.keyboard.press("Enter");
    await address(page, "@create.ecreate");
    await page.keyboard.press("?");
    await page.waitForSelector(".keys");
    await page.keyboard.press("Escape");
  }],

  ["an inserted operation forks, and the fork is in the link", async ({ visit }) => {
    const page = await visit(`${HELLO}@load.code1.eextend3`);
    await page.click("[data-open-dialog=insert]");
    await page.click("dialog .go");
    await page.waitForSelector(".run.now");
    await address(page, "op=");
    const link = await page.evaluate(() => location.hash);
    const other = await visit(link);
    await other.waitForSelector(".run.now");
    assert.equal(await other.locator(".run").count(), 2);
    assert.equal(await card(other), await card(page));
  }],

  ["a flipped bit breaks the signature and the original stays", async ({ visit }) => {
    const page = await visit(`${HELLO}@end`);
    await page.locator(".kind-bytes .field").nth(2).click();
    await page.locator("[data-byte]").first().click();
    await page.click("[data-bit='3']");
    await page.waitForSelector("#card.is-stopped");
    assert.equal(await page.locator(".refusal").count(), 1);
    await page.locator(".run button").first().click();
    await page.waitForSelector("#card:not(.is-stopped)");
  }],

  ["mark and compare", async ({ visit }) => {
    const page = await visit(`${HELLO}@load.code1.eextend3`);
    await page.keyboard.press("m");
    await address(page, "mark=load.code1.eextend3");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("d");
    await page.locator(".against", { hasText: "eextend3" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForSelector(".against", { state: "detached" });
  }],

  ["Japanese and dark by link, and back by the menu", async ({ visit }) => {
    const page = await visit(`${HELLO}&lang=ja&theme=dark`);
    await page.waitForFunction(() => document.documentElement.lang === "ja");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    await page.locator(".steps", { hasText: "開始" }).waitFor();
    await page.locator(".settings select").first().selectOption("en");
    await page.waitForFunction(() => document.documentElement.lang === "en");
    await address(page, "lang=en");
  }],

  ["a damaged link is told and left alone", async ({ visit }) => {
    const page = await visit(`${HELLO}&z=!!!`);
    assert.ok(await page.locator(".notice.is-bad").textContent());
    assert.equal(await page.evaluate(() => location.hash), `${HELLO}&z=!!!`);
  }],

  ["a file nobody knows is told", async ({ visit }) => {
    const page = await visit();
    await drop(page, [{ name: "poem.txt", bytes: Buffer.from("the fog comes on little cat feet") }]);
    assert.match(await page.locator(".notice").textContent(), /poem\.txt/);
  }],

  ["a dropped stream becomes a run, and its link asks for exactly that file", async ({ visit }) => {
    const bytes = await vector("sgx/mrenclave/base.sgxs");
    if (!bytes) return;
    const page = await visit();
    await drop(page, [{ name: "base.sgxs", bytes }]);
    await page.waitForSelector("#card");
    const digest = createHash("sha256").update(bytes).digest("hex");
    await address(page, digest);
    const other = await visit(await page.evaluate(() => location.hash));
    await other.waitForSelector(".asking");
    await drop(other, [{ name: "wrong.bin", bytes: Buffer.from([1, 2, 3]) }]);
    await other.waitForSelector(".notice.is-bad");
    await drop(other, [{ name: "base.sgxs", bytes }]);
    await other.waitForSelector("#card");
  }],

  ["a case file dropped is replayed to the same digest", async ({ visit }) => {
    const page = await visit(`${HELLO}@load.code1.eextend3`);
    await page.click("[data-open-dialog=share]");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("[data-share=case]")]);
    const bytes = await readFile(await saved.path());
    const other = await visit();
    await drop(other, [{ name: "run.case.json", bytes }]);
    await other.waitForSelector("#card");
    assert.match(await other.locator(".notice:not(.is-bad)").textContent(), /same digest/);
  }],

  ["nothing is wider than a narrow screen", async ({ visit }) => {
    for (const width of [320, 768]) {
      const page = await visit(`${HELLO}@end`, { viewport: { width, height: 700 } });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
    }
  }],
];
