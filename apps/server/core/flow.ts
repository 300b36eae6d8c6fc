/**
 * Flow expressions: `a; (b || c); d`. `;` puts one after the other, `||` and `|` side by side; `;` binds tighter, so
 * `a; b || c` reads `(a; b) || c`. `X; Y` lets every entry of Y wait for every exit of X. A repeated name is one node.
 */

export interface Flow {
  /** In order of first appearance. */
  readonly names: readonly string[];
  /** For every name, what must succeed before it. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** The same flow, printed the one way we print it. */
  readonly normal: string;
}

/** What is wrong with a flow expression, and where (`position` counts from 1). */
export class FlowError extends Error {
  override readonly name = "FlowError";
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Reads a flow expression. Throws FlowError for a syntax error, or for a cycle with the names on it. */
export function parseFlow(text: string): Flow {
  const parser = new Parser(text);
  const tree = parser.parse();
  const names = [...new Set(namesOf(tree))];
  const needs = new Map<string, string[]>(names.map((name) => [name, []]));
  drawEdges(tree, needs);
  const cycle = findCycle(needs);
  if (cycle) throw new FlowError(`the flow goes in a circle: ${cycle.join(" → ")}`, text.indexOf(cycle[0] ?? "") + 1);
  return { names, needs, normal: print(tree) };
}

/** The names on one cycle, the first repeated at the end, or null. `needs` maps each name to those before it. */
export function findCycle(needs: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  for (const start of needs.keys()) {
    const cycle = walk(start, needs, [], done);
    if (cycle) return cycle.reverse();
  }
  return null;
}

type Tree =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "sequence" | "parallel"; readonly parts: readonly Tree[] };

interface Token {
  readonly type: "name" | ";" | "||" | "(" | ")" | "end";
  readonly text: string;
  readonly position: number;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Tree {
    const tree = this.#parallel();
    const rest = this.#peek();
    if (rest.type !== "end") throw unexpected(rest, "`;`, `||` or the end");
    return tree;
  }

  #parallel(): Tree {
    return this.#list("parallel", "||", () => this.#sequence());
  }

  #sequence(): Tree {
    return this.#list("sequence", ";", () => this.#item());
  }

  #list(type: "sequence" | "parallel", separator: Token["type"], part: () => Tree): Tree {
    const parts = [part()];
    while (this.#peek().type === separator) {
      this.#next();
      parts.push(part());
    }
    return combine(type, parts);
  }

  #item(): Tree {
    const token = this.#next();
    if (token.type === "name") return { type: "name", name: token.text };
    if (token.type !== "(") throw unexpected(token, "a task name or `(`");
    const inner = this.#parallel();
    const close = this.#next();
    if (close.type !== ")") throw unexpected(close, `\`)\` for the \`(\` at position ${token.position}`);
    return inner;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: "end", text: "", position: 1 };
  }

  #next(): Token {
    const token = this.#peek();
    if (token.type !== "end") this.#at += 1;
    return token;
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\s+|[\p{L}\p{N}_-]+|\|\|?|[;()]|./gsu)) {
    const [part] = match;
    const position = match.index + 1;
    if (/^\s/.test(part)) continue;
    if (part === "|" || part === "||") tokens.push({ type: "||", text: part, position });
    else if (part === ";" || part === "(" || part === ")") tokens.push({ type: part, text: part, position });
    else if (/^[\p{L}\p{N}_-]/u.test(part)) tokens.push({ type: "name", text: part, position });
    else
      throw new FlowError(
        `"${part}" at position ${position} does not belong in a flow; names hold letters, digits, _ and -`,
        position,
      );
  }
  return [...tokens, { type: "end", text: "", position: text.length + 1 }];
}

function unexpected(token: Token, expected: string): FlowError {
  const came = token.type === "end" ? "the end" : `"${token.text}"`;
  return new FlowError(`expected ${expected} at position ${token.position}, got ${came}`, token.position);
}

/** `a; (b; c)` is `a; b; c`: nesting of one kind means nothing. */
function combine(type: "sequence" | "parallel", parts: readonly Tree[]): Tree {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return { type, parts: parts.flatMap((part) => (part.type === type ? part.parts : [part])) };
}

function namesOf(tree: Tree): string[] {
  return tree.type === "name" ? [tree.name] : tree.parts.flatMap(namesOf);
}

function entries(tree: Tree): string[] {
  if (tree.type === "name") return [tree.name];
  return (tree.type === "parallel" ? tree.parts : tree.parts.slice(0, 1)).flatMap(entries);
}

function exits(tree: Tree): string[] {
  if (tree.type === "name") return [tree.name];
  return (tree.type === "parallel" ? tree.parts : tree.parts.slice(-1)).flatMap(exits);
}

function drawEdges(tree: Tree, needs: Map<string, string[]>): void {
  if (tree.type === "name") return;
  tree.parts.forEach((part, index) => {
    drawEdges(part, needs);
    const before = tree.type === "sequence" ? tree.parts[index - 1] : undefined;
    if (before) connect(exits(before), entries(part), needs);
  });
}

function connect(from: readonly string[], to: readonly string[], needs: Map<string, string[]>): void {
  for (const name of to) {
    const known = needs.get(name) ?? [];
    needs.set(name, [...new Set([...known, ...from])]);
  }
}

function print(tree: Tree): string {
  if (tree.type === "name") return tree.name;
  const inner = tree.parts.map((part) => (part.type === "name" ? part.name : `(${print(part)})`));
  return inner.join(tree.type === "sequence" ? "; " : " || ");
}

function walk(
  name: string,
  needs: ReadonlyMap<string, readonly string[]>,
  path: readonly string[],
  done: Set<string>,
): string[] | null {
  const seen = path.indexOf(name);
  if (seen >= 0) return [...path.slice(seen), name];
  if (done.has(name)) return null;
  for (const before of needs.get(name) ?? []) {
    const cycle = walk(before, needs, [...path, name], done);
    if (cycle) return cycle;
  }
  done.add(name);
  return null;
}
