/** Reads one TypeScript file: what it imports, and which words it uses that only some rooms may. */
import { parseAst } from "vite";

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Use {
  /** As a reader would call it: `process.env`, `Date.now()`, `new Date()`, `Math.random()`, a timer's name. */
  readonly what: string;
  readonly line: number;
}

export interface Source {
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

/** A node of the syntax tree, whatever its kind. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** Parses a file; throws with the parser's own message when it is no TypeScript. */
export function readSource(text: string, file: string): Source {
  const imports: Import[] = [];
  const uses: Use[] = [];
  walk(parse(text, file), (node) => {
    const line = lineOf(text, node.start);
    const found = importOf(node);
    if (found) imports.push({ ...found, line });
    const what = useOf(node);
    if (what) uses.push({ what, line });
  });
  return { imports, uses };
}

/** The syntax tree of a TypeScript file. */
export function parse(text: string, file: string): Node {
  return parseAst(text, { lang: file.endsWith("x") ? "tsx" : "ts" }, file) as unknown as Node;
}

/** Calls `visit` for a node and everything below it, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit);
  }
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function importOf(node: Node): { specifier: string; typeOnly: boolean } | null {
  const from = node.source ?? node.argument;
  const specifier = isNode(from) && from.type === "Literal" ? from.value : null;
  if (typeof specifier !== "string") return null;
  if (node.type === "ImportDeclaration") return { specifier, typeOnly: isTypeOnly(node, "importKind") };
  if (node.type === "ExportNamedDeclaration") return { specifier, typeOnly: isTypeOnly(node, "exportKind") };
  if (node.type === "ExportAllDeclaration") return { specifier, typeOnly: node.exportKind === "type" };
  if (node.type === "ImportExpression") return { specifier, typeOnly: false };
  if (node.type === "TSImportType") return { specifier, typeOnly: true };
  return null;
}

/** `import type { A }` and `import { type A, type B }` alike; `import "x"` runs code. */
function isTypeOnly(node: Node, field: "importKind" | "exportKind"): boolean {
  if (node[field] === "type") return true;
  const named = node.specifiers as readonly Node[];
  return named.length > 0 && named.every((specifier) => specifier[field] === "type");
}

const TIMERS = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"];

function useOf(node: Node): string | null {
  if (node.type === "MemberExpression" && memberName(node) === "process.env") return "process.env";
  if (takesEnv(node)) return "process.env";
  if (node.type === "NewExpression" && nameOf(node.callee) === "Date" && isEmpty(node.arguments)) return "new Date()";
  if (node.type !== "CallExpression" || !isNode(node.callee)) return null;
  const called = node.callee.type === "MemberExpression" ? memberName(node.callee) : nameOf(node.callee);
  if (["Date.now", "Math.random", "performance.now", "crypto.randomUUID"].includes(called)) return `${called}()`;
  return TIMERS.includes(called) ? `${called}()` : null;
}

/** `const { env } = process` and `import { env } from "node:process"`. */
function takesEnv(node: Node): boolean {
  if (node.type === "VariableDeclarator")
    return nameOf(node.init) === "process" && names(node.id, "key").includes("env");
  if (node.type !== "ImportDeclaration" || !isNode(node.source)) return false;
  return /^(node:)?process$/.test(String(node.source.value)) && names(node, "imported").includes("env");
}

function names(pattern: unknown, field: "key" | "imported"): string[] {
  const parts = isNode(pattern) ? (pattern.properties ?? pattern.specifiers) : [];
  return Array.isArray(parts) ? parts.map((part: Node) => nameOf(part[field])) : [];
}

function memberName(node: Node): string {
  const property =
    isNode(node.property) && node.property.type === "Literal" ? node.property.value : nameOf(node.property);
  return `${nameOf(node.object)}.${String(property)}`;
}

function nameOf(value: unknown): string {
  return isNode(value) && typeof value.name === "string" ? value.name : "";
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
