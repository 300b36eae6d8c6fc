import { expect, test } from "vitest";
import { parseCondition } from "../../../apps/server/core/condition-form.ts";

test.each([
  [
    { disk: "/media", freeBelow: "5GB" },
    { kind: "disk", path: "/media", unit: "bytes" },
    { op: "below", limit: 5e9, unit: "bytes" },
  ],
  [
    { disk: "/", freeAbove: "10%" },
    { kind: "disk", path: "/", unit: "percent" },
    { op: "above", limit: 10, unit: "percent" },
  ],
  [
    { memory: "free", below: "500MB" },
    { kind: "memory", of: "free", unit: "bytes" },
    { op: "below", limit: 5e8 },
  ],
  [
    { load: "io", above: "80%" },
    { kind: "load", of: "io" },
    { op: "above", limit: 80, unit: "percent" },
  ],
  [{ file: "/a" }, { kind: "file", path: "/a", fact: "exists" }, { op: "equals", value: true }],
  [{ file: "/a", exists: false }, { fact: "exists" }, { op: "equals", value: false }],
  [{ file: "/a", changed: true }, { fact: "version" }, { op: "changed" }],
  [{ file: "/a", olderThan: "1h" }, { fact: "age" }, { op: "above", limit: 3_600_000, unit: "ms" }],
  [{ file: "/a", largerThan: "1MB" }, { fact: "size" }, { op: "above", limit: 1e6, unit: "bytes" }],
  [
    { http: "https://a.example/", statusNot: 200 },
    { kind: "http", fact: { of: "status" } },
    { op: "differs", value: 200 },
  ],
  [
    { http: "https://a.example/", contains: "Sold" },
    { fact: { of: "contains", text: "Sold" } },
    { op: "equals", value: true },
  ],
  [
    { http: "https://a.example/", lacks: "Sold" },
    { fact: { of: "contains", text: "Sold" } },
    { op: "equals", value: false },
  ],
  [
    { http: "https://a.example/", json: "$.q[0].n", above: 5 },
    { fact: { of: "json", path: ["q", "0", "n"] } },
    { op: "above", limit: 5 },
  ],
  [{ http: "https://a.example/", changed: "etag" }, { fact: { of: "etag" } }, { op: "changed" }],
  [
    { http: "https://a.example/", changed: true, headers: { a: "b" } },
    { fact: { of: "body" }, headers: { a: "b" } },
    { op: "changed" },
  ],
  [{ shell: "test -f a" }, { kind: "shell", command: "test -f a", timeout: 30_000 }, { op: "equals", value: 0 }],
  [{ shell: "true", exitNot: 0, timeout: "5s" }, { timeout: 5000 }, { op: "differs", value: 0 }],
  [
    { state: "house.temperature", above: 24 },
    { kind: "state", key: "house.temperature", scope: "global" },
    { op: "above", limit: 24 },
  ],
  [{ state: "mode", equals: { a: 1 }, scope: "node" }, { scope: "node" }, { op: "equals", value: { a: 1 } }],
  [
    { page: "https://a.example/", selector: ".price" },
    { kind: "page", selector: ".price", fact: { of: "exists" } },
    { op: "equals", value: true },
  ],
  [{ page: "https://a.example/", selector: "p", below: 10 }, { fact: { of: "number" } }, { op: "below", limit: 10 }],
  [
    { page: "https://a.example/", selector: "p", equals: "in stock" },
    { fact: { of: "text" } },
    { op: "equals", value: "in stock" },
  ],
  [
    { page: "https://a.example/", selector: "p", contains: "stock" },
    { fact: { of: "contains" } },
    { op: "equals", value: true },
  ],
])("%j is a condition", (form, probe, test) => {
  expect(parseCondition(form)).toMatchObject({ probe, test });
});

test("How often it is looked at, how long it rests and when it is armed again are the author's choice", () => {
  const form = { disk: "/", freeBelow: "5GB", every: "10s", cooldown: "1h", rearmAt: "8GB" };
  expect(parseCondition(form)).toMatchObject({ every: 10_000, cooldown: 3_600_000, test: { rearmAt: 8e9 } });
  expect(parseCondition({ disk: "/", freeBelow: "5GB" })).toMatchObject({
    every: 60_000,
    cooldown: 0,
    test: { rearmAt: null },
  });
});

test.each([
  ["nothing", "trigger.when"],
  [{}, "trigger.when"],
  [{ disk: "/", memory: "free", below: 1 }, "trigger.when"],
  [{ disk: "/" }, "trigger.when"],
  [{ disk: "/", freeBelow: 1, freeAbove: 2 }, "trigger.when"],
  [{ disk: "", freeBelow: 1 }, "trigger.when.disk"],
  [{ disk: "/", freeBelow: "much" }, "trigger.when.freeBelow"],
  [{ disk: "/", freeBelow: "5GB", rearmAt: "4GB" }, "trigger.when.rearmAt"],
  [{ disk: "/", freeBelow: "5GB", rearmAt: "10%" }, "trigger.when.rearmAt"],
  [{ disk: "/", freeBelow: "5GB", every: "10ms" }, "trigger.when.every"],
  [{ disk: "/", freeBelow: "5GB", cooldown: "soon" }, "trigger.when.cooldown"],
  [{ disk: "/", freeBelow: "5GB", colour: 1 }, "trigger.when.colour"],
  [{ memory: "much", below: "1%" }, "trigger.when.memory"],
  [{ load: "cpu", above: "5GB" }, "trigger.when.above"],
  [{ file: "/a", exists: "yes" }, "trigger.when.exists"],
  [{ file: "/a", changed: false }, "trigger.when.changed"],
  [{ file: "/a", rearmAt: 1 }, "trigger.when.rearmAt"],
  [{ http: "ftp://a.example", status: 200 }, "trigger.when.http"],
  [{ http: "https://a.example", above: 5 }, "trigger.when.json"],
  [{ http: "https://a.example", json: "$.a", status: 200 }, "trigger.when.json"],
  [{ http: "https://a.example", status: 200, headers: { a: 1 } }, "trigger.when.headers"],
  [{ shell: "true", exit: "zero" }, "trigger.when.exit"],
  [{ state: "a", above: 1, scope: "house" }, "trigger.when.scope"],
  [{ page: "https://a.example", exists: true }, "trigger.when.selector"],
])("%j is refused, naming the field", (form, path) => {
  expect(() => parseCondition(form)).toThrow(
    expect.objectContaining({ code: "invalid_trigger", fields: [expect.objectContaining({ path })] }),
  );
});
