// How fast the first page is there, on a processor slowed down four times: median and worst of several loads.
import { launch, newPage, started } from "../lib/browser.mjs";
import { serve } from "../lib/server.mjs";
import { load, row } from "../lib/measure.mjs";

const ROUNDS = 9;

const site = await serve(process.env.TEESCOPE_DIST, { base: "/" });
const browser = await launch();
const painted = [];
const shifted = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const page = await newPage(browser);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.addInitScript(() => {
    globalThis.seen = { paint: 0, shift: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.seen.paint = entry.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(site.url);
  await started(page);
  // Two frames later the paint that the app caused has been reported.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const seen = await page.evaluate(() => globalThis.seen);
  painted.push(seen.paint);
  shifted.push(seen.shift);
  await page.context().close();
}
await browser.close();
site.close();
console.log(row("LCP, 4 x CPU slowdown", painted, "ms", 1500));
console.log(row("CLS", shifted, "", 0));
console.log(load());
