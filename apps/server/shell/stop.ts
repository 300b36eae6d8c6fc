/** Ends a command with everything it started: SIGTERM, grace, SIGKILL, until nothing with its marks is left. */
import {
  findProcesses,
  findProcessesSince,
  killAll,
  type Marks,
  pause,
  signalAll,
  signalOne,
  visitProcesses,
} from "./processes.ts";

export interface Stoppable {
  /** The command's process group. */
  readonly group: number;
  readonly marks: Marks;
  readonly grace: number;
  /** Whether the command itself has ended. */
  readonly hasEnded: () => boolean;
  say(text: string): void;
}

const STEP = 25;
const QUICK = 2000;
/** How long processes that outlive even SIGKILL are chased. */
const CHASE = 1500;
/** Likewise, where thousands of them keep the machine busy. */
const LONG_CHASE = 10_000;

/** Resolves when nothing is left, at the latest a little after the grace. */
export async function stopTree(command: Stoppable): Promise<void> {
  const { group, marks, grace, say } = command;
  const find = (): number[] => findProcesses(marks, group);
  say(`SIGTERM to the process group ${group}; SIGKILL follows in ${grace / 1000} s`);
  signalOne(-group, "SIGTERM");
  signalAll(
    find().filter((pid) => pid !== group),
    "SIGTERM",
  );
  const end = performance.now() + grace;
  while (performance.now() < end) {
    if (command.hasEnded() && find().length === 0) return;
    await pause(STEP);
  }
  say(`SIGKILL to the process group ${group} and ${find().length} processes with its marks`);
  signalOne(-group, "SIGKILL");
  await killAll(find, CHASE);
}

/**
 * Ends at once what took more than it may. What has left the group is held as it is found, and killed when nobody else is: one that
 * still runs would start others meanwhile. Resolves when nothing is left.
 * @param known processes that were found already
 */
export async function killTree({ group, marks }: Stoppable, known: readonly number[]): Promise<void> {
  const end = performance.now() + LONG_CHASE;
  const held = new Set(known);
  signalOne(-group, "SIGKILL");
  signalAll(known, "SIGSTOP");
  for (let fresh = true; fresh && performance.now() < end; ) {
    fresh = false;
    await visitProcesses(marks, group, (pid) => {
      if (held.has(pid)) return;
      fresh = signalOne(pid, "SIGSTOP") || fresh;
      held.add(pid);
    });
  }
  signalAll([...held], "SIGKILL");
  for (let left = true; left && performance.now() < end; ) {
    left = false;
    await pause(STEP);
    await visitProcesses(marks, group, (pid) => {
      left = signalOne(pid, "SIGKILL") || left;
    });
  }
}

/**
 * After a command ended by itself: what it left running in the background ends too.
 * @param took milliseconds that it ran: in a short time, the numbers of processes do not wrap around twice
 */
export async function stopLeftovers(command: Stoppable, took: number): Promise<void> {
  const quick = took < QUICK ? findProcessesSince(command.group, command.marks) : null;
  const left = quick ?? findProcesses(command.marks, command.group);
  if (left.length === 0) return;
  command.say(`the command ended but left ${left.length} processes running; they are ended too`);
  await stopTree({ ...command, grace: Math.min(command.grace, 1000) });
}
