/** Which files of the tasks folder are tasks. */
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

export interface TaskFile {
  /** Below the tasks folder, with extension, `/` between. */
  readonly path: string;
  /** The path without its extension: the task's name. */
  readonly name: string;
  /** A JSON file is a task only when it is a recorded flow. */
  readonly type: "script" | "yaml" | "json";
}

const EXTENSION = /\.(ts|mts|yaml|yml|json)$/;
const NO_TASK = /\.d\.m?ts$|\.config\.m?ts$|\.(test|spec)\.m?ts$|(?:^|\/)(?:package|package-lock|tsconfig)\.json$/;

/** Task files in order of name. Rejects when the folder cannot be read. */
export async function scan(folder: string): Promise<TaskFile[]> {
  const found: TaskFile[] = [];
  await walk(folder, "", found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a path below the folder is none of our business. */
export function isIgnored(path: string): boolean {
  return path.split(sep).some((part) => part === "node_modules" || part.startsWith("."));
}

async function walk(folder: string, below: string, found: TaskFile[]): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isIgnored(entry.name) || entry.name.startsWith("_")) continue;
    if (entry.isDirectory()) await walk(folder, path, found);
    else if (EXTENSION.test(entry.name) && !NO_TASK.test(entry.name)) found.push(toTaskFile(path));
  }
}

function toTaskFile(path: string): TaskFile {
  const type = /ts$/.test(path) ? "script" : path.endsWith(".json") ? "json" : "yaml";
  return { path, name: path.replace(EXTENSION, ""), type };
}
