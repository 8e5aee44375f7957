import type { FastifyInstance } from "fastify";

/** One file of the page. */
export interface PageAsset {
  /** Content type, with charset. */
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The page's files by path: `/` (index.html), `/app.js`, `/style.css`. Given by the root, which knows how they are made. */
export type PageAssets = ReadonlyMap<string, PageAsset>;

/** Only what comes from the hub itself, and nothing inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** On every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

export function registerPage(app: FastifyInstance, assets: PageAssets): void {
  app.addHook("onSend", (_request, reply, _payload, done) => {
    void reply.headers(SECURITY_HEADERS);
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    done();
  });
  // Browsers ask for it by themselves; without an answer each visit would be an error in their console.
  app.get("/favicon.ico", (_request, reply) => reply.status(204).send());
  for (const [path, asset] of assets) {
    const body = typeof asset.body === "string" ? asset.body : Buffer.from(asset.body);
    app.get(path, (_request, reply) => reply.header("cache-control", "no-cache").type(asset.type).send(body));
  }
}
