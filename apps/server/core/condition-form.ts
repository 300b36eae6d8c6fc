/** Reads a condition in its YAML form: `{ disk: /media, freeBelow: 5GB }`, `{ state: house.temperature, above: 24 }`. */
import type { Condition, HttpFact, Probe, Test } from "./condition.ts";
import { parseAmount } from "./condition-amount.ts";
import { parseDuration } from "./duration.ts";
import { UltravisorError } from "./errors.ts";
import type { Json } from "./json.ts";

type Fields = Readonly<Record<string, unknown>>;
type Subject = "disk" | "memory" | "load" | "file" | "http" | "shell" | "state" | "page";

/** What each subject is compared with (exactly one of these), what else it may have, and how often it is looked at, in ms. */
const SUBJECTS: Readonly<Record<Subject, { tests: readonly string[]; more: readonly string[]; every: number }>> = {
  disk: { tests: ["freeBelow", "freeAbove"], more: [], every: 60_000 },
  memory: { tests: ["below", "above"], more: [], every: 30_000 },
  load: { tests: ["below", "above"], more: [], every: 10_000 },
  file: { tests: ["exists", "changed", "olderThan", "largerThan"], more: [], every: 10_000 },
  http: {
    tests: ["status", "statusNot", "contains", "lacks", "equals", "differs", "above", "below", "changed"],
    more: ["json", "headers"],
    every: 60_000,
  },
  shell: { tests: ["exit", "exitNot"], more: ["timeout"], every: 60_000 },
  state: { tests: ["equals", "differs", "above", "below", "changed"], more: ["scope"], every: 5000 },
  page: {
    tests: ["exists", "contains", "lacks", "equals", "differs", "above", "below", "changed"],
    more: ["selector", "check"],
    every: 300_000,
  },
};
const COMMON = ["every", "cooldown", "rearmAt"];
const SHORTEST_EVERY = 1000;
const SHELL_TIMEOUT = 30_000;

/** @throws `invalid_trigger` naming the field below `trigger.when` */
export function parseCondition(form: unknown): Condition {
  if (!isObject(form))
    throw wrong("", `expected an object such as { "disk": "/media", "freeBelow": "5GB" }, got ${text(form)}`);
  const subjects = (Object.keys(SUBJECTS) as Subject[]).filter((name) => name in form);
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1)
    throw wrong(
      "",
      `expected one of ${Object.keys(SUBJECTS).join(", ")}, got ${Object.keys(form).join(" and ") || "nothing"}`,
    );
  const { tests, more, every } = SUBJECTS[subject];
  const known = [subject, ...tests, ...more, ...COMMON];
  const unknown = Object.keys(form).find((key) => !known.includes(key));
  if (unknown !== undefined) throw wrong(unknown, `unknown key; known here: ${known.join(", ")}`);
  const given = tests.filter((name) => name in form);
  const fallback =
    subject === "shell" ? "exit" : subject === "page" ? "exists" : subject === "file" ? "exists" : undefined;
  const [name = fallback] = given;
  if (name === undefined || given.length > 1)
    throw wrong("", `expected one of ${tests.join(", ")} beside ${subject}, got ${given.join(" and ") || "none"}`);
  const test = testOf(subject, name, form);
  return {
    probe: READ[subject](form, name, test),
    test: withRearm(test, form.rearmAt),
    every: durationOf(form, "every", every, SHORTEST_EVERY),
    cooldown: durationOf(form, "cooldown", 0, 0),
  };
}

/** Readers of the subjects' own fields. */
const READ: Readonly<Record<Subject, (form: Fields, test: string, parsed: Test) => Probe>> = {
  disk: (form, _name, test) => ({ kind: "disk", path: textOf(form, "disk"), unit: sizeUnit(test) }),
  memory: (form, _name, test) => ({
    kind: "memory",
    of: wordOf(form, "memory", ["free", "used"]),
    unit: sizeUnit(test),
  }),
  load: (form) => ({ kind: "load", of: wordOf(form, "load", ["cpu", "io"]) }),
  file(form, name) {
    const facts = { exists: "exists", changed: "version", olderThan: "age", largerThan: "size" } as const;
    return { kind: "file", path: textOf(form, "file"), fact: facts[name as keyof typeof facts] };
  },
  http: (form, name) => ({
    kind: "http",
    url: urlOf(form, "http"),
    fact: httpFact(form, name),
    headers: headersOf(form),
  }),
  shell: (form) => ({
    kind: "shell",
    command: textOf(form, "shell"),
    timeout: durationOf(form, "timeout", SHELL_TIMEOUT, 1),
  }),
  state: (form) => ({
    kind: "state",
    key: textOf(form, "state"),
    scope: form.scope === undefined ? "global" : wordOf(form, "scope", ["global", "node"]),
  }),
  page(form, name) {
    if (form.check !== undefined) return checkOf(form, name);
    const selector = textOf(form, "selector");
    const common = { kind: "page", url: urlOf(form, "page"), selector } as const;
    if (name === "contains" || name === "lacks")
      return { ...common, fact: { of: "contains", text: textOf(form, name) } };
    if (name === "exists") return { ...common, fact: { of: "exists" } };
    const number = name === "above" || name === "below" || typeof form[name] === "number";
    return { ...common, fact: { of: number ? "number" : "text" } };
  },
};

/** The function itself stays in the file; its text finds it there. */
function checkOf(form: Fields, name: string): Probe {
  const { check } = form;
  if (form.selector !== undefined) throw wrong("selector", "a page has either a selector or a check; leave one out");
  if (!isObject(check) || typeof check.of !== "string" || typeof check.source !== "string")
    throw wrong("check", "expected a function in a TypeScript task file");
  const common = { kind: "check", url: urlOf(form, "page"), of: check.of, source: check.source } as const;
  if (name === "contains" || name === "lacks") return { ...common, fact: { of: "contains", text: textOf(form, name) } };
  return { ...common, fact: { of: name === "exists" ? "truth" : "value" } };
}

function testOf(subject: Subject, name: string, form: Fields): Test {
  const value = form[name];
  switch (name) {
    case "above":
    case "below":
    case "freeAbove":
    case "freeBelow":
      return limitOf(subject, name, value);
    case "olderThan":
      return above(durationOf(form, name, 0, 0), "ms");
    case "largerThan":
      return above(amountOf(name, value, ["bytes", ""]).value, "bytes");
    case "exists":
      return { op: "equals", value: booleanOf(form, name, true) };
    case "contains":
      return { op: "equals", value: true };
    case "lacks":
      return { op: "equals", value: false };
    case "status":
    case "exit":
      return { op: "equals", value: wholeOf(form, name, 0) };
    case "statusNot":
    case "exitNot":
      return { op: "differs", value: wholeOf(form, name, 0) };
    case "changed":
      return changedOf(subject, value);
    default:
      return { op: name === "equals" ? "equals" : "differs", value: value as Json };
  }
}

function above(limit: number, unit: "ms" | "bytes"): Test {
  return { op: "above", limit, rearmAt: null, unit };
}

function limitOf(subject: Subject, name: string, value: unknown): Test {
  const op = name === "above" || name === "freeAbove" ? "above" : "below";
  const sized = subject === "disk" || subject === "memory";
  const { value: limit, unit } = amountOf(
    name,
    value,
    sized ? ["bytes", "percent", ""] : subject === "load" ? ["percent", ""] : [""],
  );
  return { op, limit, rearmAt: null, unit: sized && unit === "" ? "bytes" : subject === "load" ? "percent" : unit };
}

function withRearm(test: Test, rearmAt: unknown): Test {
  if (rearmAt === undefined) return test;
  if (!("limit" in test)) throw wrong("rearmAt", "only what is compared with a limit has a second limit; leave it out");
  const unit = test.unit === "ms" ? "" : test.unit;
  const amount = amountOf("rearmAt", rearmAt, unit === "" ? [""] : [unit, ""]);
  const side = test.op === "above" ? "at or below" : "at or above";
  if (test.op === "above" ? amount.value > test.limit : amount.value < test.limit)
    throw wrong("rearmAt", `expected an amount ${side} the limit, got ${text(rearmAt)}`);
  return { ...test, rearmAt: amount.value };
}

function httpFact(form: Fields, name: string): HttpFact {
  if (form.json !== undefined) {
    if (!["equals", "differs", "above", "below", "changed"].includes(name))
      throw wrong("json", `goes with equals, differs, above, below or changed, not with ${name}`);
    return { of: "json", path: jsonPath(textOf(form, "json")) };
  }
  if (name === "contains" || name === "lacks") return { of: "contains", text: textOf(form, name) };
  if (name === "status" || name === "statusNot") return { of: "status" };
  if (name === "changed") return { of: form.changed === "etag" ? "etag" : "body" };
  throw wrong("json", `expected the path of a value to compare, such as "$.queue.length", beside ${name}`);
}

/** `$.items[0].price` → items, 0, price */
function jsonPath(path: string): string[] {
  return path
    .replace(/^\$\.?/, "")
    .split(/[.[\]]+/)
    .filter((part) => part !== "");
}

function changedOf(subject: Subject, value: unknown): Test {
  const words = subject === "http" ? [true, "body", "etag"] : [true];
  if (!words.includes(value as string)) throw wrong("changed", `expected ${words.join(", ")}, got ${text(value)}`);
  return { op: "changed" };
}

function sizeUnit(test: Test): "bytes" | "percent" {
  return "unit" in test && test.unit === "percent" ? "percent" : "bytes";
}

function amountOf(
  name: string,
  value: unknown,
  units: readonly string[],
): { value: number; unit: "bytes" | "percent" | "" } {
  const amount = parseAmount(value);
  if (amount !== null && units.includes(amount.unit)) return amount;
  const examples = { bytes: "5GB", percent: "10%", "": "24" };
  const expected = units.map((unit) => examples[unit as keyof typeof examples]).join(" or ");
  throw wrong(name, `expected an amount such as ${expected}, got ${text(value)}`);
}

function durationOf(form: Fields, name: string, fallback: number, least: number): number {
  const value = form[name];
  if (value === undefined) return fallback;
  const ms = typeof value === "number" || typeof value === "string" ? parseDuration(value) : null;
  if (ms !== null && ms >= least) return ms;
  throw wrong(name, `expected a duration of at least ${least} ms such as 30s or 1h30m, got ${text(value)}`);
}

function textOf(form: Fields, name: string): string {
  const value = form[name];
  if (typeof value === "string" && value !== "") return value;
  throw wrong(name, `expected a text, got ${text(value)}`);
}

function urlOf(form: Fields, name: string): string {
  const value = textOf(form, name);
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw wrong(name, `expected an http or https URL, got ${text(value)}`);
}

function headersOf({ headers = {} }: Fields): Readonly<Record<string, string>> {
  if (isObject(headers) && Object.values(headers).every((value) => typeof value === "string"))
    return headers as Record<string, string>;
  throw wrong("headers", `expected an object of texts, got ${text(headers)}`);
}

function wordOf<const W extends string>(form: Fields, name: string, words: readonly W[]): W {
  const word = words.find((known) => known === form[name]);
  if (word !== undefined) return word;
  throw wrong(name, `expected ${words.join(" or ")}, got ${text(form[name])}`);
}

function booleanOf(form: Fields, name: string, fallback: boolean): boolean {
  const value = form[name] ?? fallback;
  if (typeof value === "boolean") return value;
  throw wrong(name, `expected true or false, got ${text(value)}`);
}

function wholeOf(form: Fields, name: string, fallback: number): number {
  const value = form[name] ?? fallback;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw wrong(name, `expected a whole number, got ${text(value)}`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function wrong(field: string, message: string): UltravisorError {
  const path = field === "" ? "trigger.when" : `trigger.when.${field}`;
  return new UltravisorError("invalid_trigger", `${path}: ${message}`, { fields: [{ path, message }] });
}
