/** Free disk space and memory of this machine, in bytes or percent. */
import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Finding, Probe } from "../core/condition.ts";

/** Free means free for an ordinary user: file systems keep some for root. */
export async function lookAtDisk({ path, unit }: Extract<Probe, { kind: "disk" }>): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { value: unit === "bytes" ? bavail * bsize : percent(bavail, blocks) };
}

/** What tasks may take in all: processors, and bytes of memory; within the limits of a container, where there are any. */
export function capacityOfMachine(): { readonly cpu: number; readonly memory: number } {
  return { cpu: availableParallelism(), memory: memoryInAll() };
}

export function lookAtMemory({ of, unit }: Extract<Probe, { kind: "memory" }>): Finding {
  const total = memoryInAll();
  const free = Math.min(process.availableMemory(), total);
  const bytes = of === "free" ? free : total - free;
  return { value: unit === "bytes" ? bytes : percent(bytes, total) };
}

function memoryInAll(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
