/**
 * Conditions of `when` triggers: what is looked at, what must hold, and the decision whether a look starts a run.
 * A condition fires on its edge: once when it begins to hold, and again only after it was left (or `rearmAt` was reached).
 */
import { showAmount, type Unit } from "./condition-amount.ts";
import { canonicalJson, type Json } from "./json.ts";

/** What a look reads. The probe room turns it into one JSON value. */
export type Probe =
  | { readonly kind: "disk"; readonly path: string; readonly unit: "bytes" | "percent" }
  | { readonly kind: "memory"; readonly of: "free" | "used"; readonly unit: "bytes" | "percent" }
  | { readonly kind: "load"; readonly of: "cpu" | "io" }
  | { readonly kind: "file"; readonly path: string; readonly fact: "exists" | "version" | "age" | "size" }
  | {
      readonly kind: "http";
      readonly url: string;
      readonly fact: HttpFact;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "shell"; readonly command: string; readonly timeout: number }
  | { readonly kind: "state"; readonly key: string; readonly scope: "global" | "node" }
  | { readonly kind: "page"; readonly url: string; readonly selector: string; readonly fact: PageFact }
  /** `of`: the task in whose file the function is written; `source`: its text. */
  | {
      readonly kind: "check";
      readonly url: string;
      readonly of: string;
      readonly source: string;
      readonly fact: CheckFact;
    };

export type HttpFact =
  | { readonly of: "status" | "body" | "etag" }
  | { readonly of: "contains"; readonly text: string }
  | { readonly of: "json"; readonly path: readonly string[] };

export type PageFact =
  | { readonly of: "exists" | "text" | "number" }
  | { readonly of: "contains"; readonly text: string };

export type CheckFact = { readonly of: "truth" | "value" } | { readonly of: "contains"; readonly text: string };

/** What must hold for the value. */
export type Test =
  | { readonly op: "above" | "below"; readonly limit: number; readonly rearmAt: number | null; readonly unit: Unit }
  | { readonly op: "equals" | "differs"; readonly value: Json }
  | { readonly op: "changed" };

export interface Condition {
  readonly probe: Probe;
  readonly test: Test;
  /** Milliseconds between looks. */
  readonly every: number;
  /** Milliseconds after a start in which it starts nothing. */
  readonly cooldown: number;
}

/** What a look found; `problem`: it could not be told. */
export type Finding = { readonly value: Json } | { readonly problem: string };

/** What is carried from one look to the next. */
export interface Memory {
  readonly armed: boolean;
  /** `changed`: the value that counts as known. Missing: no look yet. */
  readonly known?: Json;
  readonly firedAt: number | null;
}

export interface Decision {
  readonly fire: boolean;
  readonly memory: Memory;
  /** One sentence for people. */
  readonly reason: string;
}

export const FRESH: Memory = { armed: true, firedAt: null };

/** `hindrance`: why nothing may start now whatever was found, such as a run that still goes on. */
export function decide(
  condition: Condition,
  finding: Finding,
  memory: Memory,
  now: number,
  hindrance: string | null = null,
): Decision {
  if ("problem" in finding) return { fire: false, memory, reason: `it could not be told: ${finding.problem}` };
  const { test } = condition;
  const hold = hindrance ?? cooling(condition.cooldown, memory.firedAt, now);
  if (test.op === "changed") return decideChange(finding.value, memory, now, hold);
  const look = compare(test, finding.value);
  if (look === null)
    return { fire: false, memory, reason: `it could not be told: ${show(finding.value)} is no number` };
  if (!look.holds) {
    const armed = memory.armed || look.released;
    return { fire: false, memory: { ...memory, armed }, reason: `${look.text}${armed ? "" : `; ${rearmText(test)}`}` };
  }
  if (!memory.armed) return { fire: false, memory, reason: `${look.text}, and has started a run; ${rearmText(test)}` };
  return fireUnless(hold, { ...memory, armed: false }, memory, now, look.text);
}

function decideChange(value: Json, memory: Memory, now: number, hold: string | null): Decision {
  const known = { ...memory, known: value };
  if (memory.known === undefined)
    return { fire: false, memory: known, reason: `the first look found ${show(value)}; changes count from here` };
  if (canonicalJson(memory.known) === canonicalJson(value))
    return { fire: false, memory, reason: `${show(value)} is unchanged` };
  return fireUnless(hold, known, memory, now, `${show(memory.known)} became ${show(value)}`);
}

/** Held back, it stays as it was, and starts at a later look if the condition still holds then. */
function fireUnless(hold: string | null, fired: Memory, held: Memory, now: number, text: string): Decision {
  if (hold !== null) return { fire: false, memory: held, reason: `${text}, but ${hold}` };
  return { fire: true, memory: { ...fired, firedAt: now }, reason: text };
}

/** After the clock was set back a start may lie in the future; that must not hold back for years. */
function cooling(cooldown: number, firedAt: number | null, now: number): string | null {
  if (firedAt === null || firedAt > now || now - firedAt >= cooldown) return null;
  return `it cools down until ${new Date(firedAt + cooldown).toISOString()}`;
}

interface Comparison {
  readonly holds: boolean;
  /** Far enough from holding to be armed again. */
  readonly released: boolean;
  readonly text: string;
}

/** Null: the value cannot be compared. */
function compare(test: Exclude<Test, { op: "changed" }>, value: Json): Comparison | null {
  if (!("limit" in test)) {
    const same = canonicalJson(value) === canonicalJson(test.value);
    const holds = same === (test.op === "equals");
    const text = same ? `it is ${show(value)}` : `${show(value)} is not ${show(test.value)}`;
    return { holds, released: !holds, text };
  }
  const number = numberOf(value);
  if (number === null) return null;
  const above = test.op === "above";
  const holds = above ? number > test.limit : number < test.limit;
  const released = test.rearmAt === null ? !holds : above ? number <= test.rearmAt : number >= test.rearmAt;
  const text = `${showAmount(number, test.unit)} is ${holds ? "" : "not "}${test.op} ${showAmount(test.limit, test.unit)}`;
  return { holds, released, text };
}

function rearmText(test: Exclude<Test, { op: "changed" }>): string {
  if (!("limit" in test)) return "it starts the next one after that has ended";
  const [side, limit] = [test.op === "above" ? "at or below" : "at or above", test.rearmAt ?? test.limit];
  return `it starts the next one after it was ${side} ${showAmount(limit, test.unit)}`;
}

function numberOf(value: Json): number | null {
  if (typeof value === "number") return value;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

const LONGEST_TEXT = 80;

function show(value: Json): string {
  const text = canonicalJson(value);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
