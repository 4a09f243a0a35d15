// Starts the browser and opens pages whose every complaint is kept.
import { userInfo } from "node:os";
import { chromium } from "playwright-core";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

export function launch() {
  const args = userInfo().uid === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  return chromium.launch({ executablePath: process.env.TEESCOPE_BROWSER ?? "/usr/bin/chromium", args });
}

// A page in a context of its own. `page.complaints` grows with console errors, exceptions and
// failed requests; `page.requested` holds every address that was asked for.
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.requested = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => page.complaints.push(`request failed: ${request.url()}`));
  page.on("request", (request) => page.requested.push(request.url()));
  return page;
}

// Waits until the app has replaced what index.html shows before it starts.
export function started(frame) {
  return frame.waitForFunction(() => document.body && !document.querySelector("[data-boot]"));
}
