/** One folder for whatever tests and what they start keep for a while: it goes with the test run, those of killed ones with the next. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../apps/server/files/process-alive.ts";

const NAME = /^uv-test-(\d+)-/;

export function setup(): () => void {
  const base = tmpdir();
  for (const name of readdirSync(base)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(base, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(base, `uv-test-${process.pid}-`));
  // Servers that will not run as root are started as somebody else, who has to come through here.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
