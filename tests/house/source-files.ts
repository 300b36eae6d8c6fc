/** The repository's own TypeScript files with their text and syntax tree, read once for all house tests. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Node, parse, walk } from "../../scripts/check-deps/source.ts";
import { typescriptFiles } from "../../scripts/check-deps/tree.ts";

export const repository = path.resolve(import.meta.dirname, "../..");

export interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly tree: Node;
}

export const sourceFiles: readonly SourceFile[] = typescriptFiles(repository).map((file) => {
  const text = readFileSync(path.join(repository, file), "utf8");
  return { file, text, tree: parse(text, file) };
});

/** `file:line` of every node that `wanted` picks. */
export function places({ file, text, tree }: SourceFile, wanted: (node: Node) => boolean): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    if (wanted(node)) found.push(`${file}:${text.slice(0, node.start).split("\n").length}`);
  });
  return found;
}
