/** Why a run started or will start, in words. */
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { JsonObject, RunTrigger } from "../api.ts";
import { absoluteTime, duration } from "../format.ts";

/** A trigger in YAML form as a short label: `0 17 * * * Europe/London`, `every 12 s`, `when disk /media freeBelow 5GB`, `after ingest`. */
export function triggerText(trigger: JsonObject): string {
  if (typeof trigger.cron === "string") return [trigger.cron, trigger.timezone ?? ""].join(" ").trim();
  if (typeof trigger.every === "number") return `every ${duration(trigger.every)}`;
  if (typeof trigger.every === "string") return `every ${trigger.every}`;
  if (typeof trigger.after === "string") return `after ${trigger.after}${ending(trigger.on)}`;
  if (typeof trigger.when === "object" && trigger.when !== null) return `when ${conditionText(trigger.when)}`;
  if (typeof trigger.webhook === "string") return `webhook ${trigger.webhook}`;
  return JSON.stringify(trigger);
}

/** `disk /media freeBelow 5GB` */
function conditionText(condition: object): string {
  return Object.entries(condition)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

export function TriggerTag({ trigger }: { trigger: JsonObject }): ReactElement {
  const text = triggerText(trigger);
  return (
    <span className="tag trigger" title={text}>
      {text}
    </span>
  );
}

/** Why a run exists, with the time it was meant for and the run it followed. */
export function RunTriggerText({
  trigger,
  before = null,
}: {
  trigger: RunTrigger;
  before?: { readonly id: string; readonly name: string } | null;
}): ReactElement {
  return (
    <span>
      {TRIGGER_WORDS[trigger.kind] ?? trigger.kind}
      {trigger.nominalAt !== null && ` for ${absoluteTime(trigger.nominalAt)}`}
      {typeof trigger.cause?.reason === "string" && `: ${trigger.cause.reason}`}
      {trigger.run !== null && (
        <>
          {" "}
          <Link to="/runs/$id" params={{ id: trigger.run }}>
            {before?.name ?? "that run"}
          </Link>
        </>
      )}
    </span>
  );
}

const TRIGGER_WORDS: Readonly<Record<string, string>> = {
  cron: "Scheduled",
  every: "Scheduled",
  when: "Condition met",
  after: "After",
  api: "Started through the API",
  manual: "Started by hand",
  webhook: "Webhook",
  task: "A task of",
};

function ending(on: unknown): string {
  if (on === "failure") return " fails";
  return on === "any" ? " ends" : "";
}
