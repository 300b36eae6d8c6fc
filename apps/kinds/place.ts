/** Where the tasks that work on files may read and write: below the run's staging folder, or a folder that the task file names. */
import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { fail, z } from "../sdk/index.ts";

/** Options of every such task. `root` stands in the task file itself, never in what is filled in. */
export const root = z.string().min(1).optional();

export interface Place {
  readonly staging: string;
  readonly root?: string | undefined;
}

/** The real path of something that exists. Links that lead out of the folder are refused. */
export async function existing(place: Place, path: string): Promise<string> {
  const folder = await folderOf(place);
  const found = await realpath(resolve(folder, checked(path))).catch(() => fail(`there is no ${path} in ${folder}`));
  return inside(folder, found, path);
}

/** The path of something to be written; folders above it are made. */
export async function writable(place: Place, path: string): Promise<string> {
  const folder = await folderOf(place);
  const target = inside(folder, resolve(folder, checked(path)), path);
  if (target === folder) fail(`expected the path of a file, got ${JSON.stringify(path)}`);
  // Folders are made below what is there for real, so that no link leads them elsewhere.
  const above = await deepest(dirname(target));
  inside(folder, await realpath(above), path);
  await mkdir(dirname(target), { recursive: true });
  const parent = inside(folder, await realpath(dirname(target)), path);
  const file = join(parent, basename(target));
  const real = await realpath(file).catch(() => file);
  return inside(folder, real, path);
}

async function folderOf({ staging, root: named }: Place): Promise<string> {
  return realpath(named ?? staging).catch(() => fail(`there is no folder ${named}`));
}

async function deepest(path: string): Promise<string> {
  const found = await realpath(path).catch(() => null);
  return found ?? deepest(dirname(path));
}

function checked(path: string): string {
  return path === "" || path.includes("\0") ? fail(`expected a path, got ${JSON.stringify(path)}`) : path;
}

function inside(folder: string, path: string, given: string): string {
  if (path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return path;
  return fail(`${JSON.stringify(given)} is not inside ${folder}; name another folder as \`root\` if it is meant`);
}
