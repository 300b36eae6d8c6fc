/** Answers only under its own name: a foreign name that resolves to us is an attack (DNS rebinding). */
import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { UltravisorError } from "../core/errors.ts";
import type { AppEnv } from "./endpoint.ts";

/** Lets pass `localhost`, IP addresses (which cannot be rebound) and the names given. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler<AppEnv> {
  const names = new Set(["localhost", ...allowed.map((name) => name.toLowerCase())]);
  return async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    if (!isAllowed(host, names)) {
      throw new UltravisorError(
        "wrong_host",
        `This server does not go by the name ${JSON.stringify(host.slice(0, 100))}. Use its IP address or localhost, or start it with ULTRAVISOR_HOST set to this name.`,
      );
    }
    await next();
  };
}

function isAllowed(host: string, names: ReadonlySet<string>): boolean {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host);
  if (match === null) return false;
  const name = (match[1] ?? match[2] ?? "").toLowerCase();
  return isIP(name) !== 0 || names.has(name) || names.has(host.toLowerCase());
}
