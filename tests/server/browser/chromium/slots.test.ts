import { describe, expect, test } from "vitest";
import { createSlots } from "../../../../apps/server/browser/chromium/slots.ts";

const never = new AbortController().signal;

describe("slots", () => {
  test("let in as many as there are, and the others in the order in which they came", async () => {
    const slots = createSlots(2);
    const entered: string[] = [];
    const enter = (name: string) =>
      slots.take(never).then((leave) => {
        entered.push(name);
        return leave;
      });
    const [leaveA] = await Promise.all([enter("a"), enter("b")]);
    const c = enter("c");
    const d = enter("d");
    expect(entered).toEqual(["a", "b"]);
    leaveA();
    (await c)();
    await d;
    expect(entered).toEqual(["a", "b", "c", "d"]);
  });

  test("are given back once, however often that is said", async () => {
    const slots = createSlots(1);
    const leave = await slots.take(never);
    leave();
    leave();
    await slots.take(never);
    const controller = new AbortController();
    const third = slots.take(controller.signal);
    controller.abort(new Error("still full"));
    await expect(third).rejects.toThrow("still full");
  });

  test("are not lost to someone who left the line", async () => {
    const slots = createSlots(1);
    const leave = await slots.take(never);
    const controller = new AbortController();
    const impatient = slots.take(controller.signal);
    const patient = slots.take(never);
    controller.abort(new Error("gone"));
    await expect(impatient).rejects.toThrow("gone");
    leave();
    await expect(patient).resolves.toBeTypeOf("function");
  });

  test("refuse at once what is aborted already", () => {
    expect(() => createSlots(1).take(AbortSignal.abort(new Error("too late")))).toThrow("too late");
  });
});
