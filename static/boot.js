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

// The build writes the hashed names into two links of the page's head.
function href(part) {
  return document.querySelector(`link[data-part="${part}"]`).href;
}

async function start() {
  if (!supported()) return show("unsupported");
  try {
    const glue = await import(href("glue"));
    await glue.default({ module_or_path: href("module") });
  } catch (error) {
    show("failed", String(error));
    throw error;
  }
}

await start();
