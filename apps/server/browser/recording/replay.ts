/**
 * Plays a recorded flow on a page, step by step, as @puppeteer/replay 3 does. Where that leaves a choice, or a check is said but
 * not made (`visible`, the address of an asserted navigation), docs/recorded-flows.md says what is done here.
 */
import type { Frame, Page } from "playwright-core";
import { fillIn, type RecordedStep, type Recording, type Replayed, recordingSchema } from "../../../sdk/recording.ts";
import { BrowsingError, type BrowsingSessionOptions } from "../../core/browsing.ts";
import { until } from "../until.ts";
import { selectorText } from "./recorded-selector.ts";
import { playStep } from "./replay-step.ts";

export interface ReplayParts {
  /** The flow's `main` target. */
  readonly page: Page;
  readonly input: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly log: BrowsingSessionOptions["log"];
}

const STEP_TIMEOUT = 5000;

/** Fails with `invalid_recording`, or with `step_failed` naming the step. */
export async function replay(parts: ReplayParts, given: unknown): Promise<Replayed> {
  const recording = checked(given);
  const { page } = parts;
  const end = { url: page.url(), title: "" };
  for (const [index, step] of recording.steps.entries()) {
    parts.signal.throwIfAborted();
    // What there is to tell of a page must be asked before the step that closes it.
    if (step.type === "close") Object.assign(end, await whereIs(page));
    await play(parts, recording, filledIn(step, parts.input), index);
  }
  return { ...(page.isClosed() ? end : await whereIs(page)), steps: recording.steps.length };
}

function checked(given: unknown): Recording {
  const result = recordingSchema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const message = `Expected a recording of Chrome's Recorder: ${issue?.path.join(".") || "it"}: ${issue?.message}.`;
  throw new BrowsingError("invalid_recording", message, { retryable: false });
}

function filledIn(step: RecordedStep, input: Readonly<Record<string, unknown>>): RecordedStep {
  if (step.type === "navigate") return { ...step, url: fillIn(step.url, input) };
  return step.type === "change" ? { ...step, value: fillIn(step.value, input) } : step;
}

async function play(parts: ReplayParts, recording: Recording, step: RecordedStep, index: number): Promise<void> {
  const timeout = step.timeout ?? recording.timeout ?? STEP_TIMEOUT;
  const name = `step ${index + 1} of ${recording.steps.length} (${nameOf(step)})`;
  try {
    const target = await targetOf(parts, step, timeout);
    await playStep({ ...parts, ...target, timeout }, step);
    parts.log("info", name);
  } catch (error) {
    parts.signal.throwIfAborted();
    if (error instanceof BrowsingError && error.code !== "step_failed") throw error;
    const why = error instanceof Error ? error.message.split("\nCall log:")[0]?.trim() : String(error);
    throw new BrowsingError("step_failed", `${name} failed: ${why}`, { retryable: true, cause: error });
  }
}

/** Such as `click aria/Buy now`; what was typed is not told. */
function nameOf(step: RecordedStep): string {
  if ("selectors" in step && Array.isArray(step.selectors)) return `${step.type} ${selectorText(step.selectors[0])}`;
  if (step.type === "navigate") return `navigate ${step.url.slice(0, 200)}`;
  if (step.type === "keyDown" || step.type === "keyUp") return `${step.type} ${step.key}`;
  return step.type === "customStep" ? `customStep ${step.name}` : step.type;
}

interface Target {
  readonly target: Page;
  readonly frame: Frame;
}

async function targetOf({ page, signal }: ReplayParts, step: RecordedStep, timeout: number): Promise<Target> {
  const found = await until(timeout, signal, () => find(page, step));
  if (found) return found;
  const open = page
    .context()
    .pages()
    .map((each) => each.url());
  const wanted = "frame" in step && step.frame ? `the frame ${JSON.stringify(step.frame)} of ` : "";
  throw new Error(
    `${wanted}the target ${step.target ?? "main"} was not there in ${timeout} ms; open were ${open.join(", ")}.`,
  );
}

function find(page: Page, step: RecordedStep): Target | null {
  const root = rootFrame(page, step.target);
  if (!root) return null;
  const path = "frame" in step && Array.isArray(step.frame) ? (step.frame as number[]) : [];
  const frame = path.reduce<Frame | undefined>((at, index) => at?.childFrames()[index], root);
  return frame ? { target: root.page(), frame } : null;
}

/** A target is a window, or a frame that Chromium runs apart; both go by their address. */
function rootFrame(page: Page, target: string | undefined): Frame | undefined {
  if (target === undefined || target === "main") return page.mainFrame();
  const windows = page.context().pages();
  const frames = [...windows.map((each) => each.mainFrame()), ...windows.flatMap((each) => each.frames())];
  return frames.find((frame) => frame.url() === target);
}

async function whereIs(page: Page): Promise<{ url: string; title: string }> {
  return { url: page.url(), title: await page.title() };
}
