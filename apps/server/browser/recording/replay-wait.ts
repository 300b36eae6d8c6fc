/** `waitForElement`: waits until as many elements as asked for are there, with the attributes and properties asked for. */
import type { Locator } from "playwright-core";
import type { RecordedStep } from "../../../sdk/recording.ts";
import { until } from "../until.ts";
import { locate, selectorText } from "./recorded-selector.ts";
import type { Stage } from "./replay-step.ts";

type WaitStep = Extract<RecordedStep, { type: "waitForElement" }>;

/** As in @puppeteer/replay the default is `>=` 1; unlike there, `visible` also asks what is seen. */
export async function waitForElements({ frame, timeout, signal }: Stage, step: WaitStep): Promise<void> {
  const { count = 1, operator = ">=", visible, selectors } = step;
  let found = 0;
  const held = await until(timeout, signal, async () => {
    const locators = selectors.map((selector) => locate(frame, selector));
    const facts = await firstFound(locators, step);
    const seen = facts.filter((fact) => visible === undefined || fact.visible);
    found = seen.length;
    const holds = compare(found, operator, count) && seen.every((fact) => fact.matches);
    return holds === (visible ?? true) ? true : null;
  });
  if (held) return;
  const wanted = `${visible === false ? "not " : ""}${operator} ${count} of ${selectors.map(selectorText).join(", ")}`;
  throw new Error(`expected ${wanted} within ${timeout} ms, found ${found} on ${frame.url()}.`);
}

interface Fact {
  readonly visible: boolean;
  readonly matches: boolean;
}

/** The elements of the first alternative that stands for any. */
async function firstFound(locators: readonly Locator[], step: WaitStep): Promise<readonly Fact[]> {
  for (const locator of locators) {
    const facts = await factsOf(locator, step).catch(() => []);
    if (facts.length > 0) return facts;
  }
  return [];
}

function factsOf(locator: Locator, step: WaitStep): Promise<readonly Fact[]> {
  const { attributes = {} } = step;
  const properties: Readonly<Record<string, unknown>> = step.properties ?? {};
  return locator.evaluateAll(
    (nodes, wanted) => {
      const isDeepMatch = (expected: unknown, actual: unknown): boolean => {
        if (expected === actual) return true;
        if (!(expected instanceof Object) || !(actual instanceof Object)) return false;
        return Object.entries(expected).every(([key, value]) => isDeepMatch(value, Reflect.get(actual, key)));
      };
      return nodes.map((node) => {
        const box = node.getBoundingClientRect();
        const isSeen = node.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0;
        const hasAttributes = Object.entries(wanted.attributes).every(
          ([name, value]) => node.getAttribute(name) === value,
        );
        return { visible: isSeen, matches: hasAttributes && isDeepMatch(wanted.properties, node) };
      });
    },
    { properties, attributes },
  );
}

function compare(found: number, operator: ">=" | "==" | "<=", count: number): boolean {
  if (operator === ">=") return found >= count;
  return operator === "<=" ? found <= count : found === count;
}
