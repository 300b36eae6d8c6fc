import { describe, expect, test } from "vitest";
import {
  type Condition,
  decide,
  type Finding,
  FRESH,
  type Memory,
  type Test,
} from "../../../apps/server/core/condition.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const GB = 1e9;

function condition(test: Test, more: Partial<Condition> = {}): Condition {
  return { probe: { kind: "disk", path: "/", unit: "bytes" }, test, every: 1000, cooldown: 0, ...more };
}
const below = (rearmAt: number | null = null): Test => ({ op: "below", limit: 5 * GB, rearmAt, unit: "bytes" });

/** Looks one after another, a second apart; what each decided. */
function looks(of: Condition, values: readonly Finding[], hindrance: string | null = null) {
  let memory: Memory = FRESH;
  return values.map((finding, index) => {
    const decision = decide(of, finding, memory, NOW + index * 1000, hindrance);
    memory = decision.memory;
    return decision;
  });
}
const fired = (decisions: readonly { fire: boolean }[]) => decisions.map(({ fire }) => fire);
const of = (...values: (number | string | null | object)[]) => values.map((value) => ({ value }) as Finding);

describe("A limit", () => {
  test("starts a run once when it is passed, and again only after the value was back", () => {
    const decisions = looks(condition(below()), of(6 * GB, 4 * GB, 3 * GB, 5 * GB, 4 * GB));
    expect(fired(decisions)).toEqual([false, true, false, false, true]);
    expect(decisions.map(({ reason }) => reason)).toEqual([
      "6 GB is not below 5 GB",
      "4 GB is below 5 GB",
      "3 GB is below 5 GB, and has started a run; it starts the next one after it was at or above 5 GB",
      "5 GB is not below 5 GB",
      "4 GB is below 5 GB",
    ]);
  });

  test("that is passed at the first look starts a run", () => {
    expect(fired(looks(condition(below()), of(4 * GB)))).toEqual([true]);
  });

  test("with a second one starts no run while the value trembles between the two", () => {
    const decisions = looks(condition(below(8 * GB)), of(4 * GB, 6 * GB, 4 * GB, 8 * GB, 4 * GB));
    expect(fired(decisions)).toEqual([true, false, false, false, true]);
    expect(decisions[1]?.reason).toBe("6 GB is not below 5 GB; it starts the next one after it was at or above 8 GB");
  });

  test("may be one above, with its second one below", () => {
    const above: Test = { op: "above", limit: 24, rearmAt: 22, unit: "" };
    expect(fired(looks(condition(above), of(24, 25, 23, 25, 22, "24.5")))).toEqual([
      false,
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(looks(condition(above), of(25, 23))[1]?.reason).toMatch(/after it was at or below 22$/);
  });

  test.each([[null], ["warm"], [""], [{ deep: true }]])("is not compared with %j, which changes nothing", (value) => {
    const [first, second] = looks(condition(below()), of(4 * GB, value as never));
    expect(second).toMatchObject({ fire: false, memory: first?.memory });
    expect(second?.reason).toBe(`it could not be told: ${JSON.stringify(value)} is no number`);
  });
});

describe("An exact value", () => {
  test("starts a run each time it is reached", () => {
    const equals = condition({ op: "equals", value: { mode: "away" } });
    const decisions = looks(
      equals,
      of({ mode: "home" }, { mode: "away" }, { mode: "away" }, { mode: "home" }, { mode: "away" }),
    );
    expect(fired(decisions)).toEqual([false, true, false, false, true]);
    expect(decisions.slice(0, 3).map(({ reason }) => reason)).toEqual([
      '{"mode":"home"} is not {"mode":"away"}',
      'it is {"mode":"away"}',
      'it is {"mode":"away"}, and has started a run; it starts the next one after that has ended',
    ]);
  });

  test("may be the one that all others differ from", () => {
    expect(fired(looks(condition({ op: "differs", value: 200 }), of(200, 500, 0, 200, 404)))).toEqual([
      ...[false, true, false, false, true],
    ]);
  });
});

describe("A change", () => {
  const changed = condition({ op: "changed" });

  test("counts from the first look, and starts a run each time", () => {
    const decisions = looks(changed, of("a", "a", "b", "b", "c"));
    expect(fired(decisions)).toEqual([false, false, true, false, true]);
    expect(decisions.slice(0, 3).map(({ reason }) => reason)).toEqual([
      'the first look found "a"; changes count from here',
      '"a" is unchanged',
      '"a" became "b"',
    ]);
  });

  test("that is held back is not forgotten", () => {
    const [, held] = looks(changed, of("a", "b"), "run 1 still goes on");
    expect(held).toMatchObject({ fire: false, reason: '"a" became "b", but run 1 still goes on' });
    expect(decide(changed, { value: "b" }, held?.memory ?? FRESH, NOW).fire).toBe(true);
  });

  test("of a long text is told in short", () => {
    expect(looks(changed, of("x".repeat(500)))[0]?.reason.length).toBeLessThan(150);
  });
});

describe("What holds back a start", () => {
  test("is the time since the last one, after which a condition that still holds starts it", () => {
    const cooled = condition(below(), { cooldown: 3000 });
    const decisions = looks(cooled, of(4 * GB, 6 * GB, 4 * GB, 4 * GB));
    expect(fired(decisions)).toEqual([true, false, false, true]);
    expect(decisions[2]?.reason).toBe("4 GB is below 5 GB, but it cools down until 2026-03-01T12:00:03.000Z");
  });

  test("is no start that lies in the future, after the clock was set back", () => {
    const memory = { armed: true, firedAt: NOW + 1e9 };
    expect(decide(condition(below(), { cooldown: 3000 }), { value: 0 }, memory, NOW).fire).toBe(true);
  });

  test("is whatever hinders it, and the condition stays armed", () => {
    const [held] = looks(condition(below()), of(4 * GB), "run 1 still goes on");
    expect(held).toEqual({ fire: false, memory: FRESH, reason: "4 GB is below 5 GB, but run 1 still goes on" });
  });

  test("is a look that failed, which neither starts nor arms anything", () => {
    const [, failed] = looks(condition(below()), [{ value: 4 * GB }, { problem: "no such disk" }]);
    expect(failed).toMatchObject({
      fire: false,
      memory: { armed: false },
      reason: "it could not be told: no such disk",
    });
  });
});
