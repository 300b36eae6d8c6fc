/**
 * Flows recorded with the Recorder of Chrome's DevTools, in the format of @puppeteer/replay 3: whatever its `parse` accepts is
 * accepted here, and what is refused here it refuses. Keys that are not known are kept, so that a file can go back and forth.
 */
import { z } from "zod";
import { type BrowserDefinition, type BrowserOptions, browser } from "./definition.ts";

/** The limits of @puppeteer/replay, in milliseconds. */
const timeout = z.number().min(1).max(30_000).optional();

const navigation = z.looseObject({
  type: z.literal("navigation"),
  url: z.string().optional(),
  title: z.string().optional(),
});

const onTarget = {
  /** Milliseconds; default: that of the flow, else 5 s. */
  timeout,
  assertedEvents: z.array(navigation).optional(),
  /** `main`, or the address of a window or frame that is a target of its own. */
  target: z.string().optional(),
};

/** Which child frame, from the main frame down. */
const inFrame = { ...onTarget, frame: z.array(z.int()).optional() };

/** Alternatives; a list in place of a text leads from an element to one inside of it, or inside of its shadow root. */
const selectors = z.array(z.union([z.string(), z.array(z.string()).min(1)])).min(1);
const onElement = { ...inFrame, selectors };

const clicking = {
  ...onElement,
  deviceType: z.enum(["mouse", "pen", "touch"]).optional(),
  button: z.enum(["primary", "auxiliary", "secondary", "back", "forward"]).optional(),
  offsetX: z.number(),
  offsetY: z.number(),
  /** Milliseconds between pressing and letting go. */
  duration: z.number().optional(),
};

const step = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("setViewport"),
    ...onTarget,
    width: z.number(),
    height: z.number(),
    deviceScaleFactor: z.number(),
    isMobile: z.boolean(),
    hasTouch: z.boolean(),
    isLandscape: z.boolean(),
  }),
  z.looseObject({ type: z.literal("navigate"), ...onTarget, url: z.string() }),
  z.looseObject({ type: z.literal("click"), ...clicking }),
  z.looseObject({ type: z.literal("doubleClick"), ...clicking }),
  z.looseObject({ type: z.literal("hover"), ...onElement }),
  z.looseObject({ type: z.literal("change"), ...onElement, value: z.string() }),
  z.looseObject({ type: z.literal("keyDown"), ...onTarget, key: z.string() }),
  z.looseObject({ type: z.literal("keyUp"), ...onTarget, key: z.string() }),
  z.looseObject({
    type: z.literal("scroll"),
    ...inFrame,
    selectors: selectors.optional(),
    x: z.number().optional(),
    y: z.number().optional(),
  }),
  z.looseObject({
    type: z.literal("waitForElement"),
    ...onElement,
    operator: z.enum([">=", "==", "<="]).optional(),
    count: z.number().optional(),
    visible: z.boolean().optional(),
    properties: z.record(z.string(), z.json()).optional(),
    attributes: z.record(z.string(), z.string()).optional(),
  }),
  z.looseObject({ type: z.literal("waitForExpression"), ...inFrame, expression: z.string() }),
  z.looseObject({ type: z.literal("close"), ...onTarget }),
  z.looseObject({
    type: z.literal("emulateNetworkConditions"),
    ...onTarget,
    /** Bytes per second. */
    download: z.number(),
    upload: z.number(),
    /** Milliseconds. */
    latency: z.number(),
  }),
  z.looseObject({ type: z.literal("customStep"), ...inFrame, name: z.string(), parameters: z.json().optional() }),
]);

export const recordingSchema = z.looseObject({
  title: z.string(),
  /** Milliseconds that a step may take unless it says so itself. */
  timeout,
  selectorAttribute: z.string().optional(),
  /** Options of the task; Recorder ignores them. */
  ultravisor: z.record(z.string(), z.json()).optional(),
  steps: z.array(step),
});

export type Recording = z.infer<typeof recordingSchema>;
export type RecordedStep = Recording["steps"][number];

/** What a recorded flow ended with. */
export interface Replayed {
  /** Where the page was at the end. */
  readonly url: string;
  readonly title: string;
  readonly steps: number;
}

const PLACEHOLDER = /\$\{input\.([\p{L}_][\p{L}\p{N}_]*)\}/gu;

/** Names that `${input.name}` in addresses and typed values stand for. */
export function inputsOf({ steps }: Recording): string[] {
  const texts = steps.flatMap((step) =>
    step.type === "navigate" ? [step.url] : step.type === "change" ? [step.value] : [],
  );
  return [...new Set(texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name)))];
}

/** Puts input in place of `${input.name}`. Throws TypeError when one is missing. */
export function fillIn(text: string, input: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (["string", "number", "boolean"].includes(typeof value)) return String(value);
    throw new TypeError(`expected a text, number or truth value in input.${name}, got ${JSON.stringify(value)}`);
  });
}

/** The options of the task that a recording is, beside those of the flow itself. */
export function recordedOptions(recording: Recording): Record<string, unknown> {
  const { screenshot: _screenshot, ...options } = recording.ultravisor ?? {};
  const hosts = recording.steps.flatMap((step) => {
    const url = step.type === "navigate" ? URL.parse(step.url) : null;
    return url && /^https?:$/.test(url.protocol) ? [url.host] : [];
  });
  const { allowHosts } = options;
  return {
    description: recording.title,
    ...options,
    allowHosts: Array.isArray(allowHosts) || allowHosts === undefined ? [...hosts, ...(allowHosts ?? [])] : allowHosts,
  };
}

/** The browser task that a recording is. Its options must have been checked. */
export function recordedTask(recording: Recording): BrowserDefinition {
  const { input: _input, ...options } = recordedOptions(recording) as Omit<BrowserOptions, "run">;
  return browser({
    ...options,
    async run({ input, page, replay, saveFile }) {
      const ended = await replay(recording, input as Readonly<Record<string, unknown>>);
      if (recording.ultravisor?.screenshot === true && !page.isClosed())
        await saveFile(await page.screenshot(), { name: "screenshot.png", type: "image/png" });
      return ended;
    },
  });
}
