/** YAML task files: shell tasks and operations. Core schema only, no duplicate keys, no alias bombs, at most 1 MiB. */
import { type Document, isMap, LineCounter, parseDocument, type YAMLError } from "yaml";
import type { TaskFileProblem } from "../core/definition.ts";
import { type Draft, draftOf } from "./draft.ts";
import { type Fault, type Locate, type Path, type Place, toProblems } from "./fault.ts";
import { yamlInput } from "./input.ts";
import { KIND_NAMES } from "./kinds.ts";

const MAX_BYTES = 1024 * 1024;
/** How many nodes aliases may stand for in all. */
const MAX_ALIASES = 100;
/** Counted by brackets alone, those in texts included, so it leaves room for long shell scripts. */
const MAX_DEPTH = 500;
/** Syntax errors follow from one another: the first few say it all. */
const MAX_ERRORS = 5;

export interface YamlFile {
  readonly draft: Draft | null;
  readonly problems: readonly TaskFileProblem[];
  readonly locate: Locate;
}

/** Reads and checks the text of one YAML task file. */
export async function readYaml(path: string, text: string): Promise<YamlFile> {
  const tooMuch = excess(text);
  if (tooMuch) return unreadable(path, [tooMuch]);
  const counter = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: true,
    lineCounter: counter,
    prettyErrors: false,
  });
  const locate: Locate = (fault) => place(document, counter, fault);
  const broken = [...document.errors, ...document.warnings].slice(0, MAX_ERRORS);
  if (broken.length > 0)
    return unreadable(
      path,
      broken.map((error) => syntaxFault(error)),
      (fault) => at(counter, Number(fault.path[0])),
    );
  const faults: Fault[] = [];
  const draft = await readDocument(document, faults);
  return { draft, problems: toProblems(path, faults, locate), locate };
}

async function readDocument(document: Document, faults: Fault[]): Promise<Draft | null> {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    faults.push({
      path: [],
      message: error instanceof Error ? error.message : String(error),
      mend: "Write the values out in place of aliases.",
    });
    return null;
  }
  const keys = isMap(document.contents) && typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.includes("tasks")) return draftOf("operation", value, yamlInput, faults);
  if (keys.includes("command")) return draftOf("shell", value, yamlInput, faults);
  if (keys.includes("shell")) return draftOf("yamlShell", value, yamlInput, faults);
  const kind = KIND_NAMES.find((name) => keys.includes(name));
  if (kind !== undefined) return readyMade(kind, value as Readonly<Record<string, unknown>>, faults);
  faults.push({
    path: [],
    message: "expected `shell` (a command line) or `tasks` (an operation), got neither",
    mend: `Write \`shell: "df -h"\`, \`tasks:\` with one entry per task, or a ready-made task: ${KIND_NAMES.join(", ")}.`,
  });
  return null;
}

const OF_THE_TASK = ["if", "retry", "timeout", "concurrency", "resources", "limits"];

/** A ready-made task as a file: an operation of that one task. */
async function readyMade(
  kind: string,
  file: Readonly<Record<string, unknown>>,
  faults: Fault[],
): Promise<Draft | null> {
  const isOfTask = ([key]: readonly [string, unknown]): boolean => key === kind || OF_THE_TASK.includes(key);
  const entries = Object.entries(file);
  const task = Object.fromEntries(entries.filter(isOfTask));
  const rest = Object.fromEntries(entries.filter((entry) => !isOfTask(entry)));
  const own: Fault[] = [];
  const draft = await draftOf("operation", { ...rest, tasks: { [kind]: task } }, yamlInput, own);
  // Where it stands in the file, not in the operation made of it.
  const inFile = (path: Path): Path => (path[0] === "tasks" ? path.slice(2) : path);
  faults.push(...own.map((fault) => ({ ...fault, path: inFile(fault.path) })));
  if (draft?.kind !== "operation") return draft;
  const uses = new Map([...draft.uses].map(([name, use]) => [name, { ...use, path: inFile(use.path) }]));
  return { ...draft, uses };
}

function excess(text: string): Fault | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    return {
      path: [],
      message: `the file is ${bytes} bytes long; at most ${MAX_BYTES} are read`,
      mend: "Split it into several task files.",
    };
  }
  return depthOf(text) > MAX_DEPTH
    ? {
        path: [],
        message: `brackets or indentation nest more than ${MAX_DEPTH} levels deep`,
        mend: "Write it flatter.",
      }
    : null;
}

/** An upper bound, found without parsing: open brackets, or the deepest indentation and run of `- `. */
function depthOf(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "[" || char === "{") open += 1;
    if (char === "]" || char === "}") open = Math.max(0, open - 1);
    deepest = Math.max(deepest, open);
  }
  const dashes = text.match(/^[ \t]*(?:[-?:] )+/gm) ?? [];
  return Math.max(deepest, ...dashes.slice(0, 10_000).map((run) => (run.match(/[-?:] /g) ?? []).length));
}

function unreadable(path: string, faults: readonly Fault[], locate: Locate = () => ({ line: 1, column: 1 })): YamlFile {
  const problems = faults.map((fault) => ({ ...toProblems(path, [fault], locate)[0]!, message: fault.message }));
  return { draft: null, problems, locate };
}

/** The offset travels as the path, since a text that cannot be read has no fields. */
function syntaxFault(error: YAMLError): Fault {
  const mend =
    error.code === "DUPLICATE_KEY"
      ? "Remove one of the two."
      : error.code === "TAG_RESOLVE_FAILED"
        ? "Remove the tag; only plain YAML values are read."
        : "Correct the YAML here: check quotes, colons, brackets and indentation.";
  return { path: [error.pos[0]], message: `malformed YAML: ${error.message}`, mend };
}

/** Finds the lines of a text that is JSON, and so YAML. */
export function locateInJson(text: string): Locate {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  return (fault) => place(document, counter, fault);
}

function place(document: Document, counter: LineCounter, fault: Fault): Place | null {
  for (let length = fault.path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, fault.path.slice(0, length), fault.onKey === true);
    if (offset !== null) return at(counter, offset);
  }
  return { line: 1, column: 1 };
}

function offsetOf(document: Document, path: Path, onKey: boolean): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (onKey && isMap(parent)) {
    const pair = parent.items.find((item) => String(item.key) === last);
    return rangeStart(pair?.key);
  }
  return rangeStart(document.getIn(path, true));
}

function rangeStart(node: unknown): number | null {
  if (typeof node !== "object" || node === null || !("range" in node)) return null;
  return Array.isArray(node.range) ? Number(node.range[0]) : null;
}

function at(counter: LineCounter, offset: number): Place {
  const { line, col } = counter.linePos(Number.isFinite(offset) ? offset : 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
