/** What a command leaves behind: its JSON output and the files it wants kept. */
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FileDraft } from "../core/execution.ts";
import type { FileStore } from "../core/files.ts";
import type { Json } from "../core/json.ts";
import { mediaTypeOf } from "../core/media-type.ts";

const MAX_OUTPUT = 8 * 1024 * 1024;
const MAX_FILES = 10_000;

/** The JSON the command wrote; undefined when it wrote none. Rejects when it is no JSON. */
export async function readOutput(path: string): Promise<Json | undefined> {
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile() || facts.size === 0) return undefined;
  if (facts.size > MAX_OUTPUT) {
    throw new Error(
      `the output in $ULTRAVISOR_OUTPUT is ${facts.size} bytes long; at most ${MAX_OUTPUT} are kept. Leave large results as files in $ULTRAVISOR_OUT`,
    );
  }
  try {
    return JSON.parse(await readFile(path, "utf8")) as Json;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`expected JSON in $ULTRAVISOR_OUTPUT: ${detail}. Write one JSON value, or nothing`);
  }
}

/** Puts every regular file below the folder into the file store; links are left alone. */
export async function keepFiles(folder: string, files: FileStore): Promise<FileDraft[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (paths.length > MAX_FILES)
    throw new Error(
      `${paths.length} files in $ULTRAVISOR_OUT; at most ${MAX_FILES} are kept. Pack them into an archive`,
    );
  const drafts: FileDraft[] = [];
  for (const path of paths.sort()) {
    const blob = await files.put(createReadStream(path));
    const name = path.slice(folder.length + 1);
    drafts.push({ role: "output", name, ...blob, type: mediaTypeOf(name), url: null });
  }
  return drafts;
}
