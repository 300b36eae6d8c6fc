import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHostGates } from "../../../../apps/server/browser/manners/host-gates.ts";

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Enters one host again and again, and tells who came in when. */
function line(perHost: { concurrency: number; delay: number }) {
  const gates = createHostGates();
  const began = Date.now();
  const entered: string[] = [];
  const leave = new Map<string, () => void>();
  const enter = (name: string, { host = "a", signal = never } = {}): Promise<void> =>
    gates.enter(host, perHost, signal).then((go) => {
      entered.push(`${name} at ${Date.now() - began}`);
      leave.set(name, go);
    });
  return { gates, entered, leave, enter };
}

describe("the gate of a host", () => {
  test("lets in so many at a time, in the order in which they came", async () => {
    const { enter, leave, entered } = line({ concurrency: 2, delay: 0 });
    for (const name of ["1", "2", "3", "4"]) void enter(name);
    await vi.advanceTimersByTimeAsync(1000);
    expect(entered).toEqual(["1 at 0", "2 at 0"]);
    leave.get("2")?.();
    leave.get("2")?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(entered).toEqual(["1 at 0", "2 at 0", "3 at 1000"]);
  });

  test("keeps a gap between two starts, also after a time when nobody was inside", async () => {
    const { enter, leave, entered } = line({ concurrency: 2, delay: 500 });
    for (const name of ["1", "2", "3"]) void enter(name).then(() => leave.get(name)?.());
    await vi.advanceTimersByTimeAsync(1200);
    void enter("4");
    await vi.advanceTimersByTimeAsync(5000);
    expect(entered).toEqual(["1 at 0", "2 at 500", "3 at 1000", "4 at 1500"]);
  });

  test("is shut for as long as the host asks, and no other gate is", async () => {
    const { enter, gates, entered } = line({ concurrency: 2, delay: 0 });
    gates.pause("a", 3000);
    void enter("1");
    void enter("other", { host: "b" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(entered).toEqual(["other at 0", "1 at 3000"]);
  });

  test("sends away who would wait too long for the host, with the time left", async () => {
    const { enter, gates } = line({ concurrency: 1, delay: 0 });
    await enter("1");
    const waiting = expect(enter("2")).rejects.toMatchObject({
      code: "http_status",
      retryable: true,
      retryAfter: 60_000,
    });
    gates.pause("a", 60_000);
    await waiting;
    await vi.advanceTimersByTimeAsync(20_000);
    await expect(enter("3")).rejects.toMatchObject({ retryAfter: 40_000 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is left by who gives up, and the next in line is let in", async () => {
    const { enter, leave, entered } = line({ concurrency: 1, delay: 0 });
    const controller = new AbortController();
    await enter("1");
    const waiting = enter("2", { signal: controller.signal });
    void enter("3");
    controller.abort(new Error("cancelled"));
    await expect(waiting).rejects.toThrow("cancelled");
    leave.get("1")?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(entered).toEqual(["1 at 0", "3 at 0"]);
  });

  test("holds no timer when nobody waits", async () => {
    const { enter, leave } = line({ concurrency: 1, delay: 1000 });
    const controller = new AbortController();
    await enter("1");
    leave.get("1")?.();
    const waiting = enter("2", { signal: controller.signal });
    controller.abort(new Error("cancelled"));
    await expect(waiting).rejects.toThrow("cancelled");
    expect(vi.getTimerCount()).toBe(0);
  });
});
