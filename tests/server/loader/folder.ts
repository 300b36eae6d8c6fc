/** Makes a tasks folder in the temporary directory and a catalog on it; both end with the test. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Logger } from "../../../apps/server/core/ports.ts";
import { type CatalogOptions, createCatalog, type FolderCatalog } from "../../../apps/server/loader/catalog.ts";

export type Files = Readonly<Record<string, string>>;

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export async function tasksFolder(files: Files): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "ultravisor-tasks-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await write(folder, files);
  return folder;
}

export async function write(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

export async function catalogOf(files: Files, options: Partial<CatalogOptions> = {}): Promise<FolderCatalog> {
  return openCatalog(await tasksFolder(files), options);
}

export async function openCatalog(folder: string, options: Partial<CatalogOptions> = {}): Promise<FolderCatalog> {
  const catalog = await createCatalog({ folder, log: silent, ...options });
  onTestFinished(() => catalog.close());
  return catalog;
}

/** Resolves at the catalog's next load for which `holds`. */
export async function changed(catalog: FolderCatalog, holds: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = catalog.onChange(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}
