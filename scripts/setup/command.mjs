/** `npx ultravisor` inside the checkout. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// Not a link to main.ts: called by its path (from cron, say), that would meet the machine's own, perhaps too old Node.
const SCRIPT = `#!/bin/sh
bin=$(dirname "$(readlink -f "$0")")
PATH="$bin:$PATH" exec node "$bin/../../apps/cli/main.ts" "$@"
`;

/** Writes node_modules/.bin/ultravisor; takes no time worth a line of output. */
export function ensureCommand(root) {
  const file = path.join(root, "node_modules", ".bin", "ultravisor");
  if (current(file) === SCRIPT) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, SCRIPT, { mode: 0o755 });
}

function current(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
