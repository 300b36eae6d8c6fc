import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCatalog } from "../../apps/server/loader/catalog.ts";
import { repository } from "./source-files.ts";

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const documents = ["README.md", ...readdirSync(path.join(repository, "docs")).map((file) => `docs/${file}`)].filter(
  (file) => file.endsWith(".md"),
);

/** Code blocks that begin with the path of a task file, `// tasks/news.ts` or `# tasks/nightly.yaml`. */
function taskFiles(document: string): { file: string; text: string }[] {
  const text = readFileSync(path.join(repository, document), "utf8");
  const blocks = text.matchAll(/^```(?:ts|yaml)\n((?:\/\/|#) (tasks\/\S+)[\s\S]*?)^```/gm);
  return [...blocks].map(([, code = "", file = ""]) => ({ file, text: code }));
}

let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "examples-"));
  for (const document of documents) {
    const folder = path.join(root, document.replaceAll("/", "-"));
    cpSync(path.join(repository, "tasks"), path.join(folder, "tasks"), { recursive: true });
    for (const { file, text } of taskFiles(document)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
  }
});

afterAll(() => rmSync(root, { recursive: true }));

describe("The task files shown in a document", () => {
  it("are many", () => {
    expect(documents.flatMap(taskFiles).length).toBeGreaterThan(12);
  });

  it.each(documents.filter((document) => taskFiles(document).length > 0))(
    "%s are task files without a mistake",
    async (document) => {
      const folder = path.join(root, document.replaceAll("/", "-"), "tasks");
      const catalog = await createCatalog({ folder, log: SILENT, env: { PATH: process.env.PATH ?? "" } });
      try {
        expect(catalog.problems()).toEqual([]);
        const names = taskFiles(document).map(({ file }) => file.replace(/^tasks\//, "").replace(/\.\w+$/, ""));
        expect(names.filter((name) => !catalog.get(name))).toEqual([]);
      } finally {
        await catalog.close();
      }
    },
  );

  it("keep their types", () => {
    const options = {
      noEmit: true,
      paths: { ultravisor: [path.join(repository, "apps/sdk/index.ts")] },
      typeRoots: [path.join(repository, "node_modules/@types")],
    };
    const config = {
      extends: path.join(repository, "tsconfig.json"),
      compilerOptions: options,
      include: ["**/*.ts"],
      exclude: [],
    };
    writeFileSync(path.join(root, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(path.join(root, "tsconfig.json"), JSON.stringify(config));
    const tsc = path.join(repository, "node_modules/.bin/tsc");
    const { stdout } = spawnSync(tsc, ["-p", root], { encoding: "utf8" });
    expect(stdout).toBe("");
  });
});
