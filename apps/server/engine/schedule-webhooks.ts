/** Starts runs for signed messages from outside. Who knows the secret may start what names it, once per message, and only while it is fresh. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { TriggerSpec } from "../core/definition.ts";
import type { ScheduleStore } from "../core/engine-stores.ts";
import type { Run, ScheduleEntry } from "../core/entities.ts";
import { UltravisorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Clock, Engine, WebhookMessage } from "../core/ports.ts";
import { specOf } from "./schedule.ts";

export interface WebhookParts {
  readonly schedule: ScheduleStore;
  readonly submit: Engine["submit"];
  readonly clock: Clock;
  /** A secret of the server's environment, by name. */
  secret(name: string): string | undefined;
}

export function createWebhooks(parts: WebhookParts): Pick<Engine, "receive"> {
  return {
    async receive(name, message) {
      const entries = (await parts.schedule.live(["webhook"])).filter((entry) => isMeant(parts, entry, name, message));
      // The same answer whether the name, the time or the signature is wrong: strangers learn nothing.
      if (entries.length === 0) throw refused();
      const runs: Run[] = [];
      for (const entry of entries) runs.push(await start(parts, entry, message));
      return runs;
    },
  };
}

function isMeant(
  { secret, clock }: WebhookParts,
  entry: ScheduleEntry,
  name: string,
  message: WebhookMessage,
): boolean {
  const trigger = webhookOf(entry);
  const key = secret(trigger.secretEnv);
  if (trigger.webhook !== name || key === undefined || key === "") return false;
  const expected = createHmac("sha256", key).update(`${message.timestamp}.${message.body}`).digest();
  const given = Buffer.from(message.signature.replace(/^sha256=/, ""), "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return Math.abs(clock() - Number(message.timestamp) * 1000) <= trigger.tolerance;
}

/** A message that comes twice is one run: its signature is the key. */
async function start(
  { submit, schedule, clock }: WebhookParts,
  entry: ScheduleEntry,
  message: WebhookMessage,
): Promise<Run> {
  const { run } = await submit({
    name: entry.name,
    input: { ...specOf(entry).input, ...inputOf(message.body) },
    trigger: { kind: "webhook", id: entry.id, nominalAt: null, runId: null },
    idempotencyKey: `webhook ${entry.id} ${message.timestamp} ${message.signature.replace(/^sha256=/, "").toLowerCase()}`,
  });
  await schedule.change(entry.id, { lastAt: clock(), lastRunId: run.id, lateness: 0 });
  return run;
}

function inputOf(body: string): JsonObject {
  const value: unknown = body === "" ? {} : JSON.parse(body);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new UltravisorError("invalid_request", "Expected a JSON object as the body: its fields are the run's input.");
}

function webhookOf(entry: ScheduleEntry): Extract<TriggerSpec, { webhook: string }> {
  return specOf(entry) as Extract<TriggerSpec, { webhook: string }>;
}

function refused(): UltravisorError {
  return new UltravisorError(
    "forbidden",
    "No webhook has this name, or the signature does not fit, or the time is not now. Expected X-Ultravisor-Timestamp (Unix seconds) and X-Ultravisor-Signature: sha256= and the hex HMAC-SHA256 of timestamp, a dot and the body.",
  );
}
