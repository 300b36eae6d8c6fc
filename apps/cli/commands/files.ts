/** `files`: what a run left, to list or to save. */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import type { FileView } from "../../server/http/presenters/file.ts";
import type { Api } from "../api.ts";
import { findRun } from "../find-run.ts";
import { harmless, printJson, printLine, printTable, shortId } from "../output.ts";
import { server } from "../server.ts";

export function addFiles(program: Command): void {
  program
    .command("files")
    .description("list a run's files, or save them")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("--out <folder>", "save them into this folder; nothing is overwritten")
    .option("--json", "print JSON")
    .action(async (text: string, { out, json }: { out?: string; json?: boolean }) => {
      const api = await server();
      const files = await readAll(api, await findRun(api, text));
      // A run that met the same file on several pages lists it several times.
      const different = [...new Map(files.map((file) => [`${file.sha256} ${file.name}`, file])).values()];
      if (out !== undefined) await save(api, different, out, json !== true);
      if (json) return printJson({ items: files, next: null });
      if (out !== undefined) return printLine(`Saved ${different.length} files in ${out}.`);
      const rows = files.map(({ id, name, role, size, type, url }) => [shortId(id), name, role, size, type, url]);
      printTable(["FILE", "NAME", "ROLE", "BYTES", "TYPE", "FROM"], rows, "The run left no files.");
    });
}

async function readAll({ client }: Api, id: string): Promise<FileView[]> {
  const files: FileView[] = [];
  let next: string | null = null;
  do {
    const query: { limit: string; cursor?: string } = { limit: "500", ...(next === null ? {} : { cursor: next }) };
    const page: { items: FileView[]; next: string | null } = await (
      await client.api.runs[":id"].files.$get({ param: { id }, query })
    ).json();
    files.push(...page.items);
    next = page.next;
  } while (next !== null);
  return files;
}

async function save(api: Api, files: readonly FileView[], folder: string, tell: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const path = freePath(folder, plainName(file.name));
    const response = await api.open(file.href);
    // `wx` refuses what appeared meanwhile, links included.
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path, { flags: "wx" }));
    if (tell) printLine(path);
  }
}

/** The name came from anywhere; what is left of it stays in the folder on every system. */
function plainName(name: string): string {
  const plain = harmless(name)
    .replaceAll(/[/\\:*?"<>|\s\p{Cc}\p{Cf}]+/gu, "_")
    .replace(/^\.+/, "_");
  return plain.slice(0, 150) || "file";
}

function freePath(folder: string, name: string): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    if (!existsSync(path)) return path;
  }
}
