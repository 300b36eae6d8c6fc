/** Prepares a folder to hold task files, as a git repository of its own may: imports work when they run and in the editor. */
import { lstat, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

export interface Prepared {
  /** Below the folder. */
  readonly path: string;
  /** False: it was there already and was left alone. */
  readonly written: boolean;
}

const PACKAGE = { private: true, type: "module" };

/** The settings that the server's own way of running `.ts` files asks for. */
const TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    noEmit: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
  include: ["**/*.ts", "**/*.mts"],
};

const FIRST_TASK = `// page-title.ts: a first task. Its name is its path without extension.
// Run it: npx ultravisor run page-title url=https://example.com --wait
import { browser, z } from "ultravisor";

export default browser({
  description: "Keep the title of a page",
  input: z.object({ url: z.url() }),
  async run({ input, visit, save, log }) {
    const page = await visit(input.url);
    log(page.title);
    await save("titles", { url: page.url, title: page.title }, { key: page.url });
    return page.title;
  },
});
`;

/** Writes what is missing and overwrites nothing. `packageRoot` is the folder of Ultravisor's own package.json. */
export async function initTasksFolder(folder: string, packageRoot: string): Promise<readonly Prepared[]> {
  const root = resolve(folder);
  const source = resolve(packageRoot);
  await mkdir(root, { recursive: true });
  return [
    await file(root, "package.json", json(PACKAGE)),
    await file(root, "tsconfig.json", json(TSCONFIG)),
    await file(root, ".gitignore", "node_modules/\n"),
    await file(root, "page-title.ts", FIRST_TASK),
    await link(root, "node_modules/ultravisor", source),
    await link(root, "node_modules/@types/node", join(source, "node_modules/@types/node")),
  ];
}

async function file(root: string, path: string, text: string): Promise<Prepared> {
  try {
    await writeFile(join(root, path), text, { flag: "wx" });
    return { path, written: true };
  } catch (error) {
    if (isThere(error)) return { path, written: false };
    throw error;
  }
}

/** Relative, so that the two folders can be moved together; a junction on Windows, which wants no rights. */
async function link(root: string, path: string, target: string): Promise<Prepared> {
  const place = join(root, path);
  if (await lstat(place).catch(() => null)) return { path, written: false };
  await mkdir(dirname(place), { recursive: true });
  const windows = process.platform === "win32";
  await symlink(windows ? target : relative(dirname(place), target), place, windows ? "junction" : "dir");
  return { path, written: true };
}

function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
