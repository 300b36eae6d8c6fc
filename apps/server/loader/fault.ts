/** Something wrong inside a task file, before it is known in which line. */
import type { z } from "zod";
import type { TaskFileProblem } from "../core/definition.ts";
import type { FieldError } from "../core/errors.ts";

export type Path = readonly (string | number)[];

export interface Fault {
  readonly path: Path;
  readonly message: string;
  readonly mend: string;
  /** The key itself is wrong, not its value. */
  readonly onKey?: boolean;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds a fault's line; null when it has none. */
export type Locate = (fault: Fault) => Place | null;

/** Faults as the rest of the server sees them. */
export function toProblems(path: string, faults: readonly Fault[], locate: Locate): TaskFileProblem[] {
  return faults.map((fault) => {
    const place = locate(fault);
    const where = pathText(fault.path);
    return {
      path,
      line: place?.line ?? null,
      column: place?.column ?? null,
      message: where === "" ? fault.message : `${where}: ${fault.message}`,
      mend: fault.mend,
    };
  });
}

/** What zod found, one fault per wrong field and per unknown key. */
export function toFaults(error: z.ZodError, base: Path = []): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key "${key}"`,
        mend: `Remove or correct it. ${issue.message}`,
        onKey: true,
      }));
    }
    return [{ path, message: plain(issue.message), mend: mendFor(issue) }];
  });
}

/** zod's findings as field errors below `root`, such as `input.depth`. */
export function toFields(error: Pick<z.ZodError, "issues">, root: string): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    const path = pathText([root, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))]);
    if (issue.code !== "unrecognized_keys") return [{ path, message: plain(issue.message) }];
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message: "unknown field" }));
  });
}

/** `triggers[0].cron` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

function plain(message: string): string {
  return message.replace(/^Invalid input: /, "").replace(/, received undefined$/, ", but it is missing");
}

function mendFor(issue: z.core.$ZodIssue): string {
  if (issue.code === "custom" && typeof issue.params?.mend === "string") return issue.params.mend;
  if (issue.code === "invalid_value") return `Use one of: ${issue.values.map(String).join(", ")}.`;
  if (issue.code === "invalid_type") return `Give a value of type ${issue.expected}.`;
  return "Correct the value.";
}
