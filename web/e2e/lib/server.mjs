// Serves a built page as a strict static host would: under a deep path, with the tightest policy.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const KINDS = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:";

// Answers with the files of `folder` under `base`; `extra` maps further paths to HTML, without a policy.
export async function serve(folder, { base = "/", policy = STRICT_POLICY, cors = true, extra = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    if (path in extra) {
      return response.writeHead(200, { "Content-Type": KINDS[".html"] }).end(extra[path]);
    }
    const inside = normalize(path.startsWith(base) ? path.slice(base.length) : "..");
    const file = join(folder, inside.endsWith(sep) || inside === "." ? join(inside, "index.html") : inside);
    const head = { "Content-Type": KINDS[extname(file)] ?? "application/octet-stream" };
    if (policy) head["Content-Security-Policy"] = policy;
    if (cors) head["Access-Control-Allow-Origin"] = "*";
    try {
      if (inside.startsWith("..")) throw new Error("outside");
      const body = await readFile(file);
      response.writeHead(200, head).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + base, close: () => server.close() };
}
