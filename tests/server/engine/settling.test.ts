import { setImmediate as turn } from "node:timers/promises";
import pino from "pino";
import { expect, test } from "vitest";
import type { TaskRun } from "../../../apps/server/core/entities.ts";
import type { Outcome, SpawnDraft } from "../../../apps/server/core/execution.ts";
import { createSettling, isEnd } from "../../../apps/server/engine/settling.ts";

const log = pino({ level: "silent" });

test("A worker goes on while the end of its attempt is written, and a stop waits for it", async () => {
  const settling = createSettling(log);
  const disk = Promise.withResolvers<void>();
  await settling.aside(() => disk.promise);
  let ended = false;
  const end = settling.ended().then(() => {
    ended = true;
  });
  await turn();
  expect(ended).toBe(false);
  disk.resolve();
  await end;
});

test("Workers wait once 64 ends are being written", async () => {
  const settling = createSettling(log);
  const disks = Array.from({ length: 65 }, () => Promise.withResolvers<void>());
  let taken = 0;
  const all = disks.map(({ promise }) => settling.aside(() => promise).then(() => taken++));
  await turn();
  expect(taken).toBe(64);
  disks[3]?.resolve();
  await Promise.all(all);
  expect(taken).toBe(65);
  for (const { resolve } of disks) resolve();
  await settling.ended();
});

test("An end that cannot be written harms nobody else", async () => {
  const settling = createSettling(log);
  await settling.aside(() => Promise.reject(new Error("the disk is full")));
  await settling.ended();
  await settling.aside(async () => {});
  await settling.ended();
});

test("What is tried again, and what others must come after, is written before the worker goes on", () => {
  const ends = (spawned: readonly Partial<SpawnDraft>[], order?: "depth") =>
    isEnd({ spec: { order } } as unknown as TaskRun, { type: "succeeded", spawned } as unknown as Outcome, (name) =>
      name === "page" ? ({ spec: {} } as never) : null,
    );
  expect(ends([])).toBe(true);
  expect(ends([{ task: null }, { task: "page" }])).toBe(true);
  expect(ends([{ task: "unknown" }])).toBe(false);
  expect(ends([{ task: null, priority: 5 }])).toBe(false);
  expect(ends([{ task: null }], "depth")).toBe(false);
  expect(isEnd({ spec: {} } as TaskRun, { type: "failed" } as Outcome, () => null)).toBe(false);
});
