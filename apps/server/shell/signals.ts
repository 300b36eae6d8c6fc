/** Names of signals, as this system numbers them. */
import { constants } from "node:os";

/** Of several names that mean the same the first: SIGABRT, not SIGIOT. */
const NAMES = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [Number(number), name as NodeJS.Signals]),
);

/** Null: there is none of that number. */
export function signalNumbered(number: number): NodeJS.Signals | null {
  return NAMES.get(number) ?? null;
}
