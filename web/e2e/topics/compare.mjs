// The comparison: from the front page to answers, by mouse, keyboard and link.
import assert from "node:assert/strict";
import { violations } from "../lib/axe.mjs";

// The comparison with every answer and every cell there.
async function complete(page) {
  await page.waitForSelector(".answer-card .verdict");
  await page.waitForFunction(() => !document.querySelector(".phases td > .dim, .answer-card .coming"));
}

async function open(visit, fragment = "", options = {}) {
  const page = await visit(fragment, options);
  await complete(page);
  return page;
}

const address = (page, part) => page.waitForFunction((part) => location.hash.includes(part), part);

// Presses Tab until something has the focus.
async function tabTo(page, selector) {
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
  }
  assert.fail(`${selector} is never reached`);
}

export default [
  ["whether the operating system can read the data is answered for both machines without scrolling", async ({ visit }) => {
    const page = await open(visit, "", { viewport: { width: 1440, height: 900 } });
    const verdicts = page.locator(".answer-card .verdict");
    assert.equal(await verdicts.count(), 2);
    const foot = await page.locator(".foot").boundingBox();
    for (const verdict of await verdicts.all()) {
      assert.match(await verdict.textContent(), /cannot read it/);
      const box = await verdict.boundingBox();
      assert.ok(box.y > 0 && box.y + box.height < foot.y, JSON.stringify(box));
    }
    assert.equal(await page.locator(".seen-by label.on").textContent(), "the operating system");
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.match(await page.title(), /secret/);
  }],

  ["an observer is chosen, the answers follow, and back undoes it", async ({ visit }) => {
    const page = await open(visit);
    await page.locator(".seen-by label", { hasText: "DRAM" }).click();
    await address(page, "as=bus");
    await complete(page);
    const verdicts = await page.locator(".answer-card .verdict").allTextContents();
    assert.match(verdicts[0], /ciphertext|cipher/);
    assert.match(verdicts[1], /can read it/);
    assert.match(await page.locator("[role=status].aside-text").textContent(), /can read it/);
    await page.goBack();
    await page.locator(".seen-by label.on", { hasText: "operating system" }).waitFor();
    await page.goForward();
    await page.locator(".seen-by label.on", { hasText: "DRAM" }).waitFor();
  }],

  ["every question is answered, and a link says the same", async ({ visit }) => {
    const page = await open(visit);
    const ids = await page.locator("#question option").evaluateAll((all) => all.map((one) => one.value));
    assert.ok(ids.length >= 12, ids.join(" "));
    for (const id of ids) {
      await page.locator("#question").selectOption(id);
      if (id !== ids[0]) await address(page, id);
      await complete(page);
    }
    const said = await page.locator(".answer-card .verdict").allTextContents();
    const other = await open(visit, await page.evaluate(() => location.hash));
    assert.deepEqual(await other.locator(".answer-card .verdict").allTextContents(), said);
  }],

  ["the variant of a machine is changed, and a secret of one's own is read", async ({ visit }) => {
    const page = await open(visit, "#compare/in-use&as=bus");
    const second = page.locator(".answer-card[data-col='1']");
    const before = await second.locator(".obtained .ascii").textContent();
    await second.locator("summary").click();
    await second.locator("[data-param=secret]").fill("my own words");
    await second.locator("[data-param=secret]").press("Tab");
    await address(page, "b.secret");
    await complete(page);
    const after = await second.locator(".obtained .ascii").textContent();
    assert.notEqual(after, before);
    assert.match(after, /my own words/);
  }],

  ["a cell opens the run at its step with the same eyes", async ({ visit }) => {
    const page = await open(visit, "#compare/in-use&as=device");
    const cell = page.locator("#phase-use td[data-col='1']");
    const label = await cell.locator(".open").textContent();
    await cell.click({ position: { x: 12, y: 12 } });
    await page.waitForSelector("#card");
    assert.match(await page.locator("#card .place").textContent(), new RegExp(label.replaceAll(".", "\\.")));
    assert.equal(await page.locator(".eyes select").inputValue(), "device");
    await page.goBack();
    await page.waitForSelector(".compare");
  }],

  ["by keyboard alone: another observer, the timeline, a run", async ({ visit }) => {
    const page = await open(visit);
    await tabTo(page, ".seen-by input");
    await page.keyboard.press("ArrowRight");
    await address(page, "as=");
    await tabTo(page, ".tl");
    await page.keyboard.press("Home");
    await address(page, "@");
    const first = await page.getAttribute(".tl", "aria-valuetext");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((first) => document.querySelector(".tl").getAttribute("aria-valuetext") !== first, first);
    await page.keyboard.press("End");
    await page.waitForSelector("tr.now#phase-destroy");
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await page.waitForSelector(".moment svg");
    await page.waitForFunction(() => document.querySelector(".tl").getAttribute("aria-valuenow") === "2");
    await page.keyboard.press("Space");
    await page.locator("[data-go=play][aria-label=Play]").waitFor();
    await page.locator("#phase-use .open").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("#card");
  }],

  ["a third and a fourth machine are added and taken away", async ({ visit }) => {
    const page = await open(visit);
    await page.click(".more");
    await page.waitForSelector(".cols-3");
    await page.click(".more");
    await page.waitForSelector(".cols-4");
    await complete(page);
    assert.equal(await page.locator(".more").count(), 0);
    await page.locator(".remove").first().click();
    await page.waitForSelector(".cols-3");
  }],

  ["the table of what is said has thirteen rows, evidence that opens, and files to save", async ({ visit }) => {
    const page = await open(visit);
    await page.waitForSelector(".literature");
    assert.equal(await page.locator(".literature tbody tr").count(), 13);
    assert.equal(await page.locator(".literature thead th").count(), 4);
    for (const kind of ["json", "csv"]) {
      const [saved] = await Promise.all([page.waitForEvent("download"), page.click(`[data-save=${kind}]`)]);
      assert.match(saved.suggestedFilename(), new RegExp(`\\.${kind}$`));
    }
    await page.locator(".literature td a.see").first().click();
    await page.waitForSelector("#card");
  }],

  ["on a narrow screen one machine is shown at a time, and nothing is wider", async ({ visit }) => {
    for (const width of [320, 360, 699]) {
      const page = await open(visit, "", { viewport: { width, height: 740 } });
      assert.equal(await page.locator(".answer-card:visible").count(), 1);
      await page.locator(".tabs label").nth(1).click();
      await page.locator(".answer-card[data-col='1']:visible").waitFor();
      assert.equal(await page.locator(".answer-card:visible").count(), 1);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} px`);
    }
  }],

  ["in Japanese and dark nothing is missing and axe finds nothing", async ({ visit }) => {
    const page = await open(visit, "#lang=ja&theme=dark");
    await page.waitForFunction(() => document.documentElement.lang === "ja");
    await page.locator(".chosen h2", { hasText: "秘密" }).waitFor();
    assert.deepEqual(await violations(page), []);
  }],

  ["an unknown machine in a link says so and leaves the other", async ({ visit }) => {
    const page = await visit("#compare/in-use&a=nobody&b=keystone");
    await page.locator(".answer-card [role=alert]", { hasText: "nobody" }).waitFor();
    await page.locator(".answer-card .verdict").waitFor();
  }],

  ["old links to the gallery and to runs keep their places", async ({ visit }) => {
    const gallery = await visit("#gallery&lang=en");
    await gallery.waitForSelector(".scenarios a");
    await gallery.locator(".nav a").first().click();
    await gallery.waitForSelector(".compare");
    const run = await visit("#sgx/hello-enclave");
    await run.waitForSelector("#card");
  }],
];
