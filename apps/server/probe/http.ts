/** A web address: its status, what its body holds, one value of its JSON, or a mark of its version. */
import { createHash } from "node:crypto";
import type { Finding, Probe } from "../core/condition.ts";
import { valueAt } from "./json-path.ts";

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 5_000_000;

export async function lookAtHttp(probe: Extract<Probe, { kind: "http" }>, signal: AbortSignal): Promise<Finding> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { fact } = probe;
  let response: Response;
  try {
    response = await fetch(probe.url, { headers: probe.headers, signal: limit });
  } catch (error) {
    // To who asks for a status, no answer is one, too: 0.
    if (fact.of === "status" && !signal.aborted) return { value: 0 };
    return { problem: `${probe.url} gave no answer: ${causeOf(error)}` };
  }
  if (fact.of === "status" || fact.of === "etag") {
    await response.body?.cancel();
    return fact.of === "status" ? { value: response.status } : versionOf(response);
  }
  if (!response.ok) {
    await response.body?.cancel();
    return { problem: `${probe.url} answered ${response.status}` };
  }
  const body = await read(response);
  if (fact.of === "contains") return { value: body.includes(fact.text) };
  if (fact.of === "json") return { value: valueAt(JSON.parse(body.toString("utf8")), fact.path) };
  return { value: createHash("sha256").update(body).digest("hex").slice(0, 16) };
}

function versionOf(response: Response): Finding {
  const version = response.headers.get("etag") ?? response.headers.get("last-modified");
  return version === null ? { problem: "the answer has no ETag and no Last-Modified" } : { value: version };
}

async function read(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
