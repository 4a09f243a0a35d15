// Starts the page without any inline script, so that the strictest content policy holds.

// The smallest module with a SIMD instruction: () -> v128 { i8x16.splat(0) }.
const SIMD_PROBE = Uint8Array.of(
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic, version 1
  0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, //       type: () -> v128
  0x03, 0x02, 0x01, 0x00, //                         function 0 has type 0
  0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b, // body
);

function supported() {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD_PROBE);
}

// Shows one of the messages that index.html holds ready.
function show(name, reason) {
  for (const element of document.querySelectorAll("[data-boot]")) {
    const kind = element.dataset.boot;
    if (kind !== "reason") element.hidden = kind !== name;
    else if (reason) element.textContent = reason;
  }
}

// The build writes the names of a version into links of the page's head.
const named = (part) => document.querySelector(`link[data-part="${part}"]`);

// The module that holds all that the address shows: that of the comparison, which is the front page, or that of a
// scenario. Nothing for other pages, and where the build made none.
function first() {
  const [head] = decodeURIComponent(location.hash.slice(1)).split(/[?@&]/);
  const isFront = head.includes("=") || head === "" || head.split("/")[0] === "compare";
  const has = ({ scenarios }) => (isFront ? scenarios === "" : scenarios.split(" ").includes(head));
  return [...document.querySelectorAll("link[data-parts]")].find((link) => has(link.dataset));
}

// Sets out for the sentences of the language that the page will speak; English needs none.
function sentences() {
  const [, asked] = /[?&#]lang=(\w+)/.exec(location.hash) ?? [];
  const codes = [asked, ...navigator.languages].filter(Boolean).map((code) => code.split("-")[0]);
  const links = codes.map((code) => (code === "en" ? code : document.querySelector(`link[data-lang="${code}"]`)));
  const link = links.find(Boolean);
  if (!link?.dataset) return;
  // The address comes first: a preload without one is complained about.
  Object.assign(link, { href: link.dataset.href, as: "fetch", crossOrigin: "anonymous", rel: "preload" });
}

async function start() {
  if (!supported()) return show("unsupported");
  sentences();
  const link = first();
  const module = fetch((link ?? named("module")).dataset.href);
  // It is waited for below, where a failure is told.
  module.catch(() => {});
  try {
    const [glue, loader] = await Promise.all(["glue", "loader"].map((part) => named(part) && import(named(part).href)));
    if (link) loader.startedWith(link.dataset.parts.split(" "));
    // The comparison started with its first column; without a module of their own, pages want everything.
    if (link?.dataset.scenarios === "") loader.ahead(loader.columns);
    else if (!link) loader?.ahead();
    await glue.default({ module_or_path: module });
  } catch (error) {
    show("failed", String(error));
    throw error;
  }
}

await start();
