/** A check that prints only when it finds something: one line when all is well. */
import { command } from "./command.ts";
import type { Totals } from "./totals.ts";

export async function runCheck(
  root: string,
  name: string,
  [program = "", ...args]: readonly string[],
): Promise<Totals> {
  const start = performance.now();
  const { code, output } = await command(root, program, args, { capture: true });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? "✓" : "✗"} ${name} ${seconds} s`);
  if (code !== 0) console.log(output.trimEnd());
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}
