/** What attempts are told to have used: amounts of CPU time that scripts measure themselves, so that a busy machine changes nothing. */
import { expect, test } from "vitest";
import { code, lab, type Started } from "./runners.ts";

const SCRIPT = code(
  `const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
   log("started");
   for (const until = used() + (input.burn ?? 0); used() < until; );
   const held = Buffer.alloc(input.hold ?? 0, 1);
   await state.get("gate");
   return held.length;`,
);
const BURN = 400;

async function usageOf({ outcome }: Started) {
  const { usage } = await outcome;
  return { cpuMs: usage.cpuMs ?? Number.NaN, peakMemoryBytes: usage.peakMemoryBytes ?? Number.NaN };
}

test("An attempt that works is told with its CPU time, and one that waits with next to none, however long it waits", async () => {
  const { task, start } = await lab();
  const spec = await task(SCRIPT);
  await start(spec).outcome;
  const gate = Promise.withResolvers<void>();
  const waiting = start(spec, { gate: gate.promise });
  await waiting.said("started");
  const other = await task(`${SCRIPT}//`);
  // Takes its time beside, in a process of its own.
  const working = await usageOf(start(other, { assignment: { input: { burn: BURN } } }));
  gate.resolve();
  expect(working.cpuMs).toBeGreaterThanOrEqual(BURN);
  expect(working.cpuMs).toBeLessThan(3 * BURN);
  expect((await usageOf(waiting)).cpuMs).toBeLessThan(BURN / 2);
});

test("An attempt is not told with what those before it used in the same process", async () => {
  const { task, start } = await lab();
  const spec = await task(SCRIPT);
  const first = await usageOf(start(spec, { assignment: { input: { burn: BURN, hold: 80e6 } } }));
  expect(first.cpuMs).toBeGreaterThanOrEqual(BURN);
  expect(first.peakMemoryBytes).toBeGreaterThan(80e6);
  expect((await usageOf(start(spec))).cpuMs).toBeLessThan(BURN / 2);
});

test("Of attempts that share a process nobody can tell who used what, so neither is told anything", async () => {
  const { task, start } = await lab();
  const spec = await task(SCRIPT);
  const gate = Promise.withResolvers<void>();
  const both = [start(spec, { gate: gate.promise }), start(spec, { gate: gate.promise })];
  await Promise.all(both.map(({ said }) => said("started")));
  gate.resolve();
  for (const { outcome } of both) expect((await outcome).usage).toMatchObject({ cpuMs: null, peakMemoryBytes: null });
  expect((await usageOf(start(spec))).cpuMs).toBeGreaterThanOrEqual(0);
});
