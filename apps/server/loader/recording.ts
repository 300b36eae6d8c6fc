/** JSON task files: flows recorded with the Recorder of Chrome's DevTools. Other JSON files in the folder mean nothing. */
import { inputsOf, type Recording, recordedOptions, recordedTask, recordingSchema } from "../../sdk/recording.ts";
import type { TaskFileProblem } from "../core/definition.ts";
import type { JsonObject } from "../core/json.ts";
import { type Draft, draftOf } from "./draft.ts";
import { type Fault, type Locate, toFaults, toProblems } from "./fault.ts";
import { yamlInput } from "./input.ts";
import { locateInJson } from "./yaml.ts";

export interface RecordingFile {
  readonly draft: Draft | null;
  readonly problems: readonly TaskFileProblem[];
  readonly locate: Locate;
}

const MEND =
  "Export the flow again from Chrome's Recorder as JSON, or correct the step; docs/recorded-flows.md lists what may stand there.";

/** Reads and checks the text of one JSON file. Null: it is no recorded flow. */
export async function readRecording(path: string, text: string): Promise<RecordingFile | null> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // What it would have been can only be guessed; data of others is none of our business.
    return /"steps"\s*:/.test(text) ? malformed(path, error) : null;
  }
  if (typeof value !== "object" || value === null || !("steps" in value) || !("title" in value)) return null;
  const locate = locateInJson(text);
  const faults: Fault[] = [];
  const draft = await draftOfRecording(value, faults);
  return { draft, problems: toProblems(path, faults, locate), locate };
}

async function draftOfRecording(value: object, faults: Fault[]): Promise<Draft | null> {
  const result = recordingSchema.safeParse(value);
  if (!result.success) {
    faults.push(...toFaults(result.error).map((fault) => inStep(fault, value)));
    return null;
  }
  const recording = result.data;
  const { screenshot = false, input, ...options } = recording.ultravisor ?? {};
  if (typeof screenshot !== "boolean")
    faults.push({
      path: ["ultravisor", "screenshot"],
      message: `expected true or false, got ${JSON.stringify(screenshot)}`,
      mend: "Correct the value.",
    });
  if ("run" in options)
    faults.push({
      path: ["ultravisor", "run"],
      message: "a recorded flow is what it runs",
      mend: "Remove the key.",
      onKey: true,
    });
  const own: Fault[] = [];
  const { run } = recordedTask({ ...recording, ultravisor: options });
  const draft = await draftOf(
    "browser",
    { ...recordedOptions(recording), input: inputOf(recording, input), run },
    yamlInput,
    own,
  );
  // The task's own options stand below a key of the file.
  faults.push(...own.map((fault) => ({ ...fault, path: ["ultravisor", ...fault.path] })));
  return faults.length > 0 || !draft || draft.kind === "operation"
    ? null
    : { ...draft, recording: value as JsonObject };
}

/** What `${input.name}` stands for is a text unless the file says otherwise. */
function inputOf(recording: Recording, declared: unknown): unknown {
  const named = inputsOf(recording).map((name) => [name, "string"]);
  if (typeof declared !== "object" || declared === null)
    return declared ?? (named.length > 0 ? Object.fromEntries(named) : undefined);
  return { ...Object.fromEntries(named), ...declared };
}

/** `step 3 (click): …` says more to whoever recorded it than `steps[2]`. */
function inStep(fault: Fault, value: object): Fault {
  const [first, index] = fault.path;
  if (first !== "steps" || typeof index !== "number") return { ...fault, mend: MEND };
  const steps: unknown = "steps" in value ? value.steps : null;
  const step: unknown = Array.isArray(steps) ? steps[index] : null;
  const type = typeof step === "object" && step !== null && "type" in step ? ` (${String(step.type)})` : "";
  return { ...fault, message: `step ${index + 1}${type}: ${fault.message}`, mend: MEND };
}

function malformed(path: string, error: unknown): RecordingFile {
  const message = error instanceof Error ? error.message : String(error);
  const [, line = "1", column = "1"] = /line (\d+) column (\d+)/.exec(message) ?? [];
  const problem = {
    path,
    line: Number(line),
    column: Number(column),
    message: `malformed JSON: ${message}`,
    mend: MEND,
  };
  return { draft: null, problems: [problem], locate: () => ({ line: 1, column: 1 }) };
}
