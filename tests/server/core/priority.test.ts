import { expect, test } from "vitest";
import { priorityOf, queuePriority } from "../../../apps/server/core/priority.ts";

const first = (...priorities: number[]): number[] =>
  priorities.toSorted((a, b) => (queuePriority(a) ?? 0) - (queuePriority(b) ?? 0));

test("A subtask that nobody gives a priority has none in the queue", () => {
  expect(queuePriority(priorityOf(undefined, "breadth", 5))).toBeUndefined();
});

test("What is wanted more goes first, whatever its depth; among equals the deeper one, if that is the order", () => {
  const [urgent, deep, shallow, late] = [
    priorityOf(1, "depth", 1),
    priorityOf(0, "depth", 50),
    priorityOf(undefined, "depth", 2),
    priorityOf(-1, "depth", 99_999),
  ];
  expect(first(late, shallow, deep, urgent)).toEqual([urgent, deep, shallow, late]);
});

test("Priorities stay within what the queue takes", () => {
  for (const wanted of [-1e9, 1e9]) {
    const queued = queuePriority(priorityOf(wanted, "depth", 1e9)) ?? 0;
    expect([queued >= 1, queued <= 2 ** 21]).toEqual([true, true]);
  }
});
