/** The repository's own files: everything but what was installed, built or made by running. */
import { type Dirent, readdirSync } from "node:fs";
import path from "node:path";

const SKIPPED = new Set(["node_modules", "dist", "data", "test-results", "playwright-report", "drizzle", "shared"]);

/** All TypeScript files below a folder, as sorted paths from there with forward slashes. */
export function typescriptFiles(root: string): string[] {
  return files(root).filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
}

/** All files below a folder, as sorted paths from there with forward slashes. */
export function files(root: string, folder = ""): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !(folder === "" && SKIPPED.has(entry.name)))
    .flatMap((entry) => inside(root, folder, entry))
    .sort();
}

function inside(root: string, folder: string, entry: Dirent): string[] {
  const place = folder === "" ? entry.name : `${folder}/${entry.name}`;
  if (entry.isFile()) return [place];
  return entry.isDirectory() && !["node_modules", "dist"].includes(entry.name) ? files(root, place) : [];
}
