/** Headers of every answer: a page of ours runs its own scripts only, in no foreign frame, and tells nobody where it was. */
import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./endpoint.ts";

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join("; ");

/** bull-board names its base address in the page. */
const BOARD_POLICY = POLICY.replace("base-uri 'none'", "base-uri 'self'");

const HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};

/** Names the request, and sets what a handler did not set itself. */
export const secureHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  const requestId = randomUUID();
  c.set("requestId", requestId);
  c.set("caller", null);
  await next();
  const { headers } = c.res;
  headers.set("x-request-id", requestId);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", c.req.path.startsWith("/queues") ? BOARD_POLICY : POLICY);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};
