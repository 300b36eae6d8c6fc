/** What the pages of a context said: console messages, uncaught errors and requests that failed. */
import type { BrowserContext } from "playwright-core";

export interface ConsoleLog {
  text(): string;
}

const MAX_LINES = 2000;
const MAX_LINE = 2000;

/** Keeps the newest lines. */
export function followConsole(context: BrowserContext): ConsoleLog {
  const lines: string[] = [];
  let dropped = 0;
  const add = (text: string): void => {
    lines.push(`${new Date().toISOString()} ${text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text}`);
    if (lines.length > MAX_LINES) {
      lines.shift();
      dropped += 1;
    }
  };
  context.on("console", (message) => add(`${message.type()}: ${message.text()} (${message.location().url})`));
  context.on("weberror", (event) => add(`uncaught: ${event.error().stack ?? event.error().message}`));
  context.on("requestfailed", (request) => add(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`));
  return { text: () => (dropped > 0 ? [`(${dropped} earlier lines were dropped)`, ...lines] : lines).join("\n") };
}
