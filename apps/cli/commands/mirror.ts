/** `mirror`: what a run mirrored, as a folder to browse offline or as one file. */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { openPromise } from "yauzl";
import type { Api } from "../api.ts";
import { usage } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { printLine, shortId } from "../output.ts";
import { server } from "../server.ts";

const FORMATS = ["folder", "zip", "warc", "wacz"] as const;
type Format = (typeof FORMATS)[number];

export function addMirror(program: Command): void {
  program
    .command("mirror")
    .description("save what a run mirrored, to be browsed offline")
    .argument("<run>", "its id, or a beginning or end of it")
    .argument("[folder]", "where to; default: a new folder here, named after the run")
    .addOption(new Option("--format <format>", "a folder of files, or one file").choices(FORMATS).default("folder"))
    .action(async (text: string, folder: string | undefined, { format }: { format: Format }) => {
      const api = await server();
      const id = await findRun(api, text);
      const target = resolve(folder ?? (format === "folder" ? `mirror-${shortId(id)}` : "."));
      if (format !== "folder") return printLine(await saveFile(api, id, format, target));
      if (existsSync(target) && (await readdir(target)).length > 0) {
        throw usage(`${target} is not empty: nothing is overwritten. Name a folder that is not there yet.`);
      }
      const files = await saveFolder(api, id, target);
      printLine(`Saved ${files} files. Open ${join(target, "index.html")}`);
    });
}

async function saveFile(api: Api, id: string, format: Exclude<Format, "folder">, folder: string): Promise<string> {
  const response = await api.open(`/api/runs/${id}/mirror?format=${format}`);
  const said = /filename="([\w.-]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const path = join(folder, said ?? `mirror-${shortId(id)}.${format}`);
  await mkdir(folder, { recursive: true });
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path, { flags: "wx" }));
  return path;
}

/** The list of a ZIP stands at its end, so the whole of it comes first. */
async function saveFolder(api: Api, id: string, target: string): Promise<number> {
  const temporary = await mkdtemp(join(tmpdir(), "ultravisor-mirror-"));
  try {
    const path = await saveFile(api, id, "zip", temporary);
    return await unpack(path, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function unpack(path: string, target: string): Promise<number> {
  const zip = await openPromise(path, { lazyEntries: true });
  let files = 0;
  await mkdir(target, { recursive: true });
  for await (const entry of zip.eachEntry()) {
    const file = resolve(target, entry.fileName);
    if (!file.startsWith(target + sep)) throw new Error(`${entry.fileName} would lie outside of ${target}`);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file, { flags: "wx" }));
    files += 1;
  }
  return files;
}
