/** Which files of the tasks folder are tasks. */
import { lstatSync, type Stats, statSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { TaskFileProblem } from "../core/definition.ts";

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

export interface Scanned {
  /** In order of name. */
  readonly files: readonly TaskFile[];
  /** Links that lead to no file and to no folder of their own. */
  readonly problems: readonly TaskFileProblem[];
}

/** Symbolic links are followed, wherever they lead. Rejects when the folder cannot be read. */
export async function scan(folder: string): Promise<Scanned> {
  const found: Found = { files: [], problems: [] };
  await walk(folder, "", [await realpath(folder)], found);
  return { ...found, files: found.files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Whether a path below the folder is none of our business. */
export function isIgnored(path: string): boolean {
  return path.split(sep).some((part) => part === "node_modules" || part.startsWith("."));
}

/** Whether a path is a link to itself, directly or through others: the watcher stumbles over such. */
export function isEndless(path: string): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) statSync(path, { throwIfNoEntry: false });
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ELOOP";
  }
}

interface Found {
  readonly files: TaskFile[];
  readonly problems: TaskFileProblem[];
}

/** @param above the folders that led here, as they really are */
async function walk(folder: string, below: string, above: readonly string[], found: Found): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isIgnored(entry.name) || entry.name.startsWith("_")) continue;
    const kind = entry.isSymbolicLink() ? await follow(folder, path, above, found) : entry;
    if (kind?.isDirectory()) await walk(folder, path, [...above, await realpath(join(folder, path))], found);
    else if (kind?.isFile() && EXTENSION.test(entry.name) && !NO_TASK.test(entry.name))
      found.files.push(toTaskFile(path));
  }
}

/** Null: it leads nowhere, or back to where it stands. */
async function follow(folder: string, path: string, above: readonly string[], found: Found): Promise<Stats | null> {
  try {
    const real = await realpath(join(folder, path));
    const circle = above.find((other) => other === real || other.startsWith(real + sep));
    if (circle === undefined) return await stat(real);
    found.problems.push(linkProblem(path, `it leads to ${real}, which it is part of: a circle`));
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ELOOP" ? "it leads to itself" : "it leads nowhere";
    found.problems.push(linkProblem(path, why));
  }
  return null;
}

function linkProblem(path: string, why: string): TaskFileProblem {
  const message = `the link cannot be followed: ${why}`;
  return {
    path,
    line: null,
    column: null,
    message,
    mend: "Remove the link, or let it lead to a file or folder elsewhere.",
  };
}

function toTaskFile(path: string): TaskFile {
  const type = /ts$/.test(path) ? "script" : path.endsWith(".json") ? "json" : "yaml";
  return { path, name: path.replace(EXTENSION, ""), type };
}
