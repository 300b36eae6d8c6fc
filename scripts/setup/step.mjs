/** One line per step, and commands that stay quiet unless they fail. */
import { spawn } from "node:child_process";

const HEAD_LINES = 10;
const TAIL_LINES = 15;

/** Says what is being done, does it, and adds how long it took: one line in all. */
export async function step(label, action) {
  const start = performance.now();
  process.stdout.write(`setup: ${label} … `);
  try {
    const result = await action();
    process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}

/** Runs a command without a terminal and resolves with its output; rejects with its first and last lines. */
export function runQuietly(command, args, { cwd, env = {}, minutes = 10 } = {}) {
  return new Promise((resolve, reject) => {
    const said = [];
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: minutes * 60_000,
    });
    child.stdout.on("data", (chunk) => said.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      const output = Buffer.concat(said).toString("utf8");
      if (code === 0) return resolve(output);
      const ending = signal ? `was stopped by ${signal} (limit: ${minutes} minutes)` : `ended with exit code ${code}`;
      reject(new Error(`\`${command} ${args.join(" ")}\` ${ending}. It said:\n${excerpt(output)}`));
    });
  });
}

function excerpt(text) {
  const lines = text
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("npm warn"));
  if (lines.length <= HEAD_LINES + TAIL_LINES) return lines.join("\n");
  return [...lines.slice(0, HEAD_LINES), "…", ...lines.slice(-TAIL_LINES)].join("\n");
}
