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
function href(part) {
  return document.querySelector(`link[data-part="${part}"]`).href;
}

// The parts that the address needs: all for the gallery; for the comparison, which is the front page, its own
// module and what it needs of every machine; for a run, the player and the part with
// its scenario.
function wanted() {
  const parts = [...document.querySelectorAll("meta[name=part]")].map((meta) => meta.content.split(" "));
  const common = parts.map(([name]) => name).filter((name) => name.endsWith("_common"));
  const [head] = decodeURIComponent(location.hash.slice(1)).split(/[?@&]/);
  if (head.includes("=") || head === "" || head.split("/")[0] === "compare") {
    if (common.length) return ["compare", ...common];
  }
  const part = parts.find(([, ...scenarios]) => scenarios.includes(head));
  return part && ["player", part[0]];
}

// Sets out at once for the modules of the parts that are wanted; without any, for those of all.
function preload() {
  const parts = wanted();
  for (const link of document.querySelectorAll("link[data-parts]")) {
    if (parts && !link.dataset.parts.split(" ").some((name) => parts.includes(name))) continue;
    // The address comes first: a preload without one is complained about.
    const { href } = link.dataset;
    Object.assign(link, { href, as: "fetch", crossOrigin: "anonymous", type: "application/wasm", rel: "preload" });
  }
}

async function start() {
  if (!supported()) return show("unsupported");
  preload();
  try {
    const glue = await import(href("glue"));
    await glue.default({ module_or_path: href("module") });
  } catch (error) {
    show("failed", String(error));
    throw error;
  }
}

await start();
