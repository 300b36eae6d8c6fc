/** How much memory there is for pages: what the machine has, or what its control group (a container, a service) allows. */
import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import type { Memory } from "../../core/page-limit.ts";

/** @param root where `/proc` and `/sys` are; another one in tests */
export function readMemory(root = ""): Memory {
  const machine = machineMemory(root);
  const group = groupMemory(root);
  if (!group || group.total >= machine.total) return machine;
  return { total: group.total, available: Math.min(group.available, machine.available) };
}

function machineMemory(root: string): Memory {
  const text = read(`${root}/proc/meminfo`);
  const total = kilobytes(text, "MemTotal") ?? totalmem();
  return { total, available: kilobytes(text, "MemAvailable") ?? freemem() };
}

function kilobytes(text: string | null, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text ?? "");
  return found ? Number(found[1]) * 1024 : null;
}

/** Null: there is no limit. Control groups of both versions, the process's own and, where containers hide its path, the root. */
function groupMemory(root: string): Memory | null {
  const groups = read(`${root}/proc/self/cgroup`) ?? "";
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1] ?? "/";
  const old = /^\d+:(?:[\w=,]*,)?memory(?:,[\w=,]*)?:(\/.*)$/m.exec(groups)?.[1] ?? "/";
  const base = `${root}/sys/fs/cgroup`;
  for (const path of new Set([unified, "/"])) {
    const found = limits(`${base}${path}`, "memory.max", "memory.current", "inactive_file");
    if (found) return found;
  }
  for (const path of new Set([old, "/"])) {
    const found = limits(
      `${base}/memory${path}`,
      "memory.limit_in_bytes",
      "memory.usage_in_bytes",
      "total_inactive_file",
    );
    if (found) return found;
  }
  return null;
}

function limits(folder: string, max: string, current: string, cache: string): Memory | null {
  const total = Number(read(`${folder}/${max}`) ?? Number.NaN);
  const used = Number(read(`${folder}/${current}`) ?? Number.NaN);
  if (!Number.isFinite(total) || !Number.isFinite(used)) return null;
  // Files that were read and are not in use count as used, but are given back when memory is asked for.
  const reclaimable = Number(new RegExp(`^${cache} (\\d+)`, "m").exec(read(`${folder}/memory.stat`) ?? "")?.[1] ?? 0);
  return { total, available: Math.max(0, total - used + reclaimable) };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
