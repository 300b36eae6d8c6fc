import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Node } from "../../scripts/check-deps/source.ts";
import { places, sourceFiles } from "./source-files.ts";

const WAIVERS = /\b(biome-ignore|@ts-ignore|@ts-expect-error|@ts-nocheck|eslint-disable|v8 ignore|istanbul ignore)\b/;
const VAGUE_NAMES = /^(utils?|helpers?|manager|misc|common|stuff)(\.|$)/;

describe("Every file", () => {
  it("has at most 300 lines", () => {
    const long = sourceFiles.filter(({ text }) => text.trimEnd().split("\n").length > 300);
    expect(long.map(({ file }) => file)).toEqual([]);
  });

  it("is named after what it is, not `utils` or `helpers`", () => {
    const vague = sourceFiles.filter(({ file }) => file.split("/").some((part) => VAGUE_NAMES.test(part)));
    expect(vague.map(({ file }) => file)).toEqual([]);
  });

  it("keeps the rules instead of waiving them", () => {
    const here = path.relative(path.resolve(import.meta.dirname, "../.."), import.meta.filename);
    const waived = sourceFiles.filter(({ file, text }) => file !== here && WAIVERS.test(text));
    expect(waived.map(({ file }) => file)).toEqual([]);
  });

  it("holds no marks of a merge that was left open, which compile inside of a text", () => {
    const open = sourceFiles.filter(({ text }) => /^(<{7}|>{7}) /m.test(text));
    expect(open.map(({ file }) => file)).toEqual([]);
  });

  it("knows its types: no `any`", () => {
    expect(sourceFiles.flatMap((source) => places(source, (node) => node.type === "TSAnyKeyword"))).toEqual([]);
  });

  it("exports by name, save task files and configurations", () => {
    const named = sourceFiles.filter(({ file }) => !mayExportDefault(file));
    expect(named.flatMap((source) => places(source, (node) => node.type === "ExportDefaultDeclaration"))).toEqual([]);
  });

  it("states what its exported functions return, save arrows that only pass on what a library builds", () => {
    const apps = sourceFiles.filter(({ file }) => file.startsWith("apps/"));
    expect(apps.flatMap((source) => places(source, isExportedWithoutReturnType))).toEqual([]);
  });
});

describe("A test's title", () => {
  it("is a sentence", () => {
    const tests = sourceFiles.filter(({ file }) => /\.(test|spec)\.ts$/.test(file));
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.flatMap((source) => places(source, isTestWithoutSentence))).toEqual([]);
  });
});

describe("A test file", () => {
  it("lies in the folder of its source", () => {
    const folders = new Set(sourceFiles.map(({ file }) => path.posix.dirname(file)));
    const tests = sourceFiles.filter(({ file }) =>
      /^tests\/(server|sdk|cli|web|bullmq-libsql)\/.*\.test\.ts$/.test(file),
    );
    const lost = tests.filter(({ file }) => !folders.has(path.posix.dirname(file).replace(/^tests/, "apps")));
    expect(lost.map(({ file }) => file)).toEqual([]);
  });
});

function mayExportDefault(file: string): boolean {
  // A task that the server brings along is loaded like any other, so it is a task file too.
  return file.startsWith("tasks/") || file.endsWith("-task.ts") || file.endsWith(".config.ts");
}

function isExportedWithoutReturnType(node: Node): boolean {
  if (node.type !== "ExportNamedDeclaration") return false;
  const declared = node.declaration as Node | null;
  if (declared?.type === "FunctionDeclaration") return !declared.returnType;
  if (declared?.type !== "VariableDeclaration") return false;
  return (declared.declarations as readonly Node[]).some(({ id, init }) => {
    const value = init as Node | null;
    const hasBody = value?.type === "ArrowFunctionExpression" && (value.body as Node).type === "BlockStatement";
    return hasBody && !value.returnType && !(id as Node).typeAnnotation;
  });
}

/** `it("…")`, `test.each(…)("…")`, `test.skipIf(…)("…")`: the first argument is the title. */
function isTestWithoutSentence(node: Node): boolean {
  if (node.type !== "CallExpression" || !["it", "test"].includes(rootName(node.callee as Node))) return false;
  const [title] = node.arguments as readonly Node[];
  if (title?.type !== "Literal" || typeof title.value !== "string") return false;
  // `%s` alone: the rows of a table are the sentences.
  return !/\S \S|^%s$/.test(title.value);
}

function rootName(node: Node): string {
  if (node.type === "Identifier") return String(node.name);
  const below = (node.object ?? node.callee ?? node.tag) as Node | undefined;
  return below ? rootName(below) : "";
}
