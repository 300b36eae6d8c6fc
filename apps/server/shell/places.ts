/**
 * Where a command finds its input and leaves what it makes, below the run's staging folder. Places that a command has not touched are
 * given to the next one of the run: to make and remove them costs more than a quick command takes.
 */
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, writeSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Assignment } from "../core/execution.ts";
import type { Places } from "./environment.ts";

/** Runs whose places are remembered; those of the others go with their staging folders. */
const MOST_RUNS = 100;

export class SparePlaces {
  readonly #spare = new Map<string, Places[]>();

  async take(assignment: Assignment): Promise<Places> {
    const input = JSON.stringify(assignment.input);
    const spare = this.#spare.get(assignment.staging)?.pop();
    return spare !== undefined && rewrite(spare.input, input) ? spare : make(assignment, input);
  }

  /** False: the command has left something there. */
  giveBack(staging: string, places: Places): boolean {
    if (!isUntouched(places)) return false;
    const ofRun = this.#spare.get(staging) ?? [];
    ofRun.push(places);
    this.#spare.delete(staging);
    this.#spare.set(staging, ofRun);
    const [oldest] = this.#spare.keys();
    if (this.#spare.size > MOST_RUNS && oldest !== undefined) this.#spare.delete(oldest);
    return true;
  }
}

export async function remove({ out, output, input }: Places): Promise<void> {
  await Promise.all([out, output, input].map((path) => rm(path, { recursive: true, force: true })));
}

async function make({ staging, taskRunId, attempt }: Assignment, text: string): Promise<Places> {
  const path = join(staging, ".ultravisor", `${taskRunId}-${attempt}`);
  const places = { output: `${path}.output.json`, out: `${path}.out`, input: `${path}.input.json` };
  await mkdir(places.out, { recursive: true });
  await writeFile(places.input, text);
  return places;
}

// Both at once: to hand so quick a question to a thread and back costs more than the answer.

/** False: the file is gone, with the whole staging folder, or the command has closed it up. */
function rewrite(path: string, text: string): boolean {
  try {
    const file = openSync(path, "r+");
    try {
      ftruncateSync(file, writeSync(file, text));
    } finally {
      closeSync(file);
    }
    return true;
  } catch {
    return false;
  }
}

function isUntouched({ out, output }: Places): boolean {
  try {
    return !existsSync(output) && readdirSync(out).length === 0;
  } catch {
    return false;
  }
}
