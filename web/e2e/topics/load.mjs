// The page starts wherever it is put, and says so in plain words where it cannot.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { started } from "../lib/browser.mjs";
import { serve } from "../lib/server.mjs";

// A host page on another origin that shows the page in a sandboxed frame.
const host = (url) => `<!doctype html><title>host</title><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" src="${url}"></iframe>`;

async function framed(page, url) {
  const other = await serve("/", { extra: { "/host": host(url) } });
  try {
    await page.goto(`${other.origin}/host`);
    const frame = page.frames().find((one) => one.url().startsWith(url)) ?? (await page.waitForEvent("frameattached"));
    await started(frame);
    return await frame.locator("h1").first().textContent();
  } finally {
    other.close();
  }
}

const modules = (page) => page.requested.map((url) => url.match(/[^/]*\.wasm$/)?.[0]).filter(Boolean);

const visible = (page, kind) => page.locator(`[data-boot="${kind}"]`).isVisible();

export default [
  ["it starts under a deep path and the strict policy", async ({ visit }) => {
    const page = await visit();
    assert.match(await page.title(), /teescope/);
    assert.ok(await page.locator("h1").count());
  }],

  ["it asks only its own host", async ({ visit, site }) => {
    const page = await visit();
    for (const url of page.requested) assert.ok(url.startsWith(site.url), url);
  }],

  ["it starts in a sandboxed frame on another origin", async ({ newPage, site }) => {
    assert.ok(await framed(await newPage(), site.url));
  }],

  ["its own policy holds on a host that sends none", async ({ newPage, dist }) => {
    const plain = await serve(dist, { policy: null });
    const page = await newPage();
    await page.goto(plain.url);
    await started(page);
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.inlineRan = true";
      document.head.append(script);
      return Boolean(globalThis.inlineRan);
    });
    assert.equal(ran, false);
    assert.equal(page.complaints.splice(0).length, 1);
    plain.close();
  }],

  ["the built files hold no inline script, handler or style", async ({ dist }) => {
    const html = await readFile(join(dist, "index.html"), "utf8");
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/);
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
  }],

  ["an old browser is told what it lacks", async ({ newPage, site }) => {
    const page = await newPage();
    await page.addInitScript(() => { WebAssembly.validate = () => false; });
    await page.goto(site.url);
    await page.locator('[data-boot="unsupported"]').waitFor();
    assert.equal(await visible(page, "loading"), false);
  }],

  ["a module that does not arrive is reported with the reason", async ({ newPage, site }) => {
    const page = await newPage();
    await page.route(/\.wasm$/, (route) => route.abort());
    await page.goto(site.url);
    await page.locator('[data-boot="failed"]').waitFor();
    assert.notEqual(await page.locator('[data-boot="reason"]').textContent(), "");
    assert.ok(page.complaints.splice(0).length);
  }],

  ["a machine that does not arrive is told, and fetched again when it is asked for", async ({ newPage, site }) => {
    const page = await newPage();
    await page.goto(site.url);
    await started(page);
    const parts = /\/(split|chunk)_[^/]*\.wasm$/;
    await page.route(parts, (route) => route.abort());
    await page.evaluate(() => { location.hash = "#sgx/hello-enclave"; });
    await page.locator(".notice.is-bad").waitFor();
    // Everything that was set out for has failed.
    await page.waitForLoadState("networkidle");
    assert.ok(page.complaints.splice(0).length);
    await page.unroute(parts);
    await page.locator("main .choices button").click();
    await page.waitForSelector("#card");
    assert.equal(await page.locator(".notice.is-bad").count(), 0);
  }],

  ["a run starts with one module, which holds all it needs", async ({ visit }) => {
    const page = await visit("#sgx/hello-enclave");
    await page.waitForSelector("#card");
    assert.deepEqual(modules(page), ["first_sgx_building.wasm"]);
  }],

  ["the front page starts with one module and fetches each other column's once", async ({ visit }) => {
    const page = await visit();
    await page.waitForLoadState("networkidle");
    const [first, ...more] = modules(page);
    assert.equal(first, "first_compare.wasm");
    assert.ok(more.includes("split_keystone_common.wasm"), more.join());
    assert.ok(!more.includes("split_sgx_common.wasm") && !more.includes("split_compare.wasm"), more.join());
    assert.equal(new Set(more).size, more.length, more.join());
  }],

  ["a run that is opened later fetches what it lacks, once", async ({ visit }) => {
    const page = await visit("#sgx/hello-enclave");
    await page.waitForSelector("#card");
    await page.evaluate(() => { location.hash = "#sgx/aex"; });
    await page.waitForFunction(() => document.title.includes("exit"));
    await page.waitForLoadState("networkidle");
    const [, ...more] = modules(page);
    assert.ok(more.includes("split_sgx_running.wasm"), more.join());
    assert.ok(!more.includes("split_sgx_building.wasm") && !more.includes("split_player.wasm"), more.join());
    assert.equal(new Set(more).size, more.length, more.join());
  }],

  ["a page that stops says so", async ({ visit }) => {
    const page = await visit();
    await page.evaluate(() => dispatchEvent(new ErrorEvent("error", { error: new WebAssembly.RuntimeError("unreachable") })));
    await page.locator(".notice.is-bad[role=alert]").waitFor();
  }],

  ["without JavaScript it says what it needs", async ({ newPage, site }) => {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(site.url);
    assert.match(await page.locator("noscript").textContent(), /WebAssembly/);
    // The preloads of the program that may not run are given up.
    page.complaints.length = 0;
  }],
];
