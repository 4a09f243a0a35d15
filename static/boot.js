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

// The part with the scenario that the address names; nothing if it names none.
function part() {
  const scenario = decodeURIComponent(location.hash.slice(1)).split(/[?@&]/)[0];
  const parts = [...document.querySelectorAll("meta[name=part]")].map((meta) => meta.content.split(" "));
  return parts.find(([, ...scenarios]) => scenarios.includes(scenario))?.[0];
}

// Sets out at once for the modules of the part that is wanted; without one, for those of all.
function preload() {
  const wanted = part();
  for (const link of document.querySelectorAll("link[data-parts]")) {
    if (wanted && !link.dataset.parts.split(" ").includes(wanted)) continue;
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
