/** Makes the steps of a recording from what was done on a page, in the order in which it was told. */
import type { RecordedStep, Recording } from "../../../sdk/recording.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Selectors } from "./describe-element.ts";

/** What a page tells. */
export type Told =
  | {
      readonly type: "click" | "doubleClick";
      readonly selectors: Selectors;
      readonly offsetX: number;
      readonly offsetY: number;
      readonly button?: "primary" | "auxiliary" | "secondary" | "back" | "forward";
    }
  /** `secret`: the name of the field whose value is not told. */
  | { readonly type: "change"; readonly selectors: Selectors; readonly value: string; readonly secret?: string | null }
  | { readonly type: "key"; readonly key: string; readonly isDown: boolean }
  | { readonly type: "scroll"; readonly selectors?: Selectors; readonly x: number; readonly y: number }
  | { readonly type: "unknown"; readonly what: string };

/** Which window and which frame in it; both missing: the page itself. */
export interface Where {
  readonly target?: string;
  readonly frame?: number[];
}

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

export class StepWriter {
  readonly #steps: RecordedStep[] = [];
  readonly #held = new Set<string>();
  readonly #input: JsonObject;
  readonly #asked = new Map<string, { type: "string"; default?: string }>();

  /** @param input of the task: what was typed or gone to and stands there becomes an input of the recording */
  constructor(input: JsonObject) {
    this.#input = input;
  }

  add(step: RecordedStep): void {
    this.#steps.push(step);
  }

  navigate(url: string): void {
    this.add({ type: "navigate", url: this.#named(url) });
  }

  /** What the page told; `unknown` is for the log. */
  tell(told: Exclude<Told, { type: "unknown" }>, where: Where): void {
    if (told.type === "key") this.#key(told.key, told.isDown, where.target);
    else if (told.type === "change") this.#change(told, where);
    else if (told.type === "scroll") this.#scroll(told, where);
    else this.#click(told, where);
  }

  /** The page went elsewhere because of the last step. */
  navigated(url: string): void {
    const last = this.#steps.findLast(({ type }) => type !== "keyUp");
    if (!last || last.type === "navigate" || last.type === "setViewport" || last.assertedEvents) return;
    // A query may hold what was typed, or the number of an order.
    last.assertedEvents = [{ type: "navigation", ...(/[?#]/.test(url) ? {} : { url }) }];
  }

  recording(title: string): Recording {
    const input = Object.fromEntries(this.#asked);
    return { title, ...(this.#asked.size === 0 ? {} : { ultravisor: { input } }), steps: this.#steps };
  }

  #click(told: Extract<Told, { type: "click" | "doubleClick" }>, where: Where): void {
    if (told.type === "doubleClick") {
      // Each of its two clicks was told before it.
      for (let n = 0; n < 2 && this.#steps.at(-1)?.type === "click"; n++) this.#steps.pop();
    }
    this.add({ ...where, ...told, offsetX: round(told.offsetX), offsetY: round(told.offsetY) });
  }

  #change({ selectors, value, secret }: Extract<Told, { type: "change" }>, where: Where): void {
    const step = {
      type: "change" as const,
      ...where,
      selectors,
      value: secret ? this.#asks(secret) : this.#named(value),
    };
    const last = this.#steps.at(-1);
    if (last?.type === "change" && isSame(last, step)) this.#steps.pop();
    this.add(step);
  }

  #scroll({ selectors, x, y }: Extract<Told, { type: "scroll" }>, where: Where): void {
    const step = { type: "scroll" as const, ...where, ...(selectors ? { selectors } : {}), x: round(x), y: round(y) };
    const last = this.#steps.at(-1);
    if (last?.type === "scroll" && isSame(last, step)) this.#steps.pop();
    this.add(step);
  }

  #key(key: string, isDown: boolean, target: string | undefined): void {
    const where = target === undefined ? {} : { target };
    if (isDown) this.add({ type: "keyDown", ...where, key });
    else if (!this.#held.delete(key)) return;
    else this.add({ type: "keyUp", ...where, key });
    if (isDown) this.#held.add(key);
  }

  /** A key whose page has gone is let go of nowhere. */
  letGo(): void {
    for (const key of [...this.#held]) this.#key(key, false, undefined);
  }

  /** What stands in the task's input as it is, is an input of the recording too. */
  #named(text: string): string {
    const name = Object.keys(this.#input).find((each) => NAME.test(each) && this.#input[each] === text);
    if (name === undefined || text === "") return text;
    this.#asked.set(name, { type: "string", default: text });
    return `\${input.${name}}`;
  }

  /** Passwords stand in no file. */
  #asks(field: string): string {
    const name = field.replaceAll(/[^\p{L}\p{N}_]+/gu, "_").replace(/^(?=\p{N})/u, "_");
    this.#asked.set(name, { type: "string" });
    return `\${input.${name}}`;
  }
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

/** Whether one step is of the same element as the other. */
function isSame(a: object, b: object): boolean {
  const place = (step: { selectors?: unknown; frame?: unknown; target?: unknown }) =>
    JSON.stringify([step.selectors, step.frame, step.target]);
  return place(a) === place(b);
}
