import { describe, expect, test } from "vitest";
import { run, textOf } from "./command.ts";

const SMALL = { head: 1000, tail: 2000 };

describe("output", () => {
  test("beyond head and tail is dropped, and a line between them states how much", async () => {
    const { outcome, lines } = await run("i=0; while [ $i -lt 1000 ]; do echo line-$i-xxxxxxxxxx; i=$((i+1)); done", {
      executor: { outputLimits: SMALL },
    });
    const texts = lines
      .map((line) => line.text)
      .join("\n")
      .split("\n");
    expect(outcome.type).toBe("succeeded");
    expect(texts[0]).toBe("line-0-xxxxxxxxxx");
    expect(texts.at(-1)).toBe("line-999-xxxxxxxxxx");
    expect(textOf(lines, "system")).toMatch(
      /^\d+ bytes of output dropped here: only the first 1000 and the last 2000 bytes are kept$/,
    );
    expect(textOf(lines, "stdout").length).toBeLessThan(3100);
  });

  test("of 300 MB costs little memory, and its end is kept", async () => {
    const before = process.memoryUsage.rss();
    const { outcome, lines } = await run("yes abcdefghijklmnopqrstuvwxyz | head -c 300000000; echo; echo end");
    expect(outcome).toMatchObject({ type: "succeeded", output: expect.stringMatching(/end$/) });
    expect((outcome as { output: string }).output.length).toBeLessThanOrEqual(64 * 1024);
    expect(lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(5.3 * 1024 * 1024);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  });

  test("without any newline, in one huge line, is kept in pieces", async () => {
    const { outcome, lines } = await run("head -c 3000000 /dev/zero | tr '\\0' x");
    expect(outcome.type).toBe("succeeded");
    expect(textOf(lines, "stdout").replaceAll("\n", "").length).toBe(3_000_000);
  });

  test("that is no text shows replacement characters", async () => {
    const { lines } = await run("printf 'a\\377b\\000c\\n'");
    expect(textOf(lines, "stdout")).toBe("a\u{FFFD}b\u{FFFD}c");
  });

  test("keeps characters whole that arrive in two writes", async () => {
    const { lines } = await run("printf 'gr\\303'; sleep 0.12; printf '\\274n\\n'");
    expect(textOf(lines, "stdout")).toBe("grün");
  });

  test("arrives while the command still runs, a line without newline too", async () => {
    const seen = Promise.withResolvers<string>();
    const cancel = new AbortController();
    const finished = run("printf 'password: '; sleep 300", {
      signal: cancel.signal,
      onLine: (line) => seen.resolve(line.text),
    });
    expect(await seen.promise).toBe("password: ");
    cancel.abort();
    expect((await finished).outcome.type).toBe("cancelled");
  });
});
