/** What the pages of a context said: console messages, uncaught errors and requests that failed. */
import type { BrowserContext } from "playwright-core";
import { isBlocked } from "./blocking.ts";

export interface ConsoleLog {
  text(): string;
  /** Forgets what was said so far. */
  clear(): void;
}

const MAX_LINES = 2000;
const MAX_LINE = 2000;

/** Keeps the newest lines. */
export function followConsole(context: BrowserContext): ConsoleLog {
  let lines: string[] = [];
  let dropped = 0;
  const add = (text: string): void => {
    lines.push(`${new Date().toISOString()} ${text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text}`);
    if (lines.length > MAX_LINES) {
      lines.shift();
      dropped += 1;
    }
  };
  context.on("console", (message) => {
    if (!isBlocked(message.text())) add(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (event) => add(`uncaught: ${event.error().stack ?? event.error().message}`));
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (!isBlocked(why)) add(`failed: ${request.url()} ${why}`);
  });
  const clear = (): void => {
    lines = [];
    dropped = 0;
  };
  return {
    clear,
    text: () => (dropped > 0 ? [`(${dropped} earlier lines were dropped)`, ...lines] : lines).join("\n"),
  };
}
