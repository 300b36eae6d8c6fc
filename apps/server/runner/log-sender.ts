/**
 * Sends log lines to the server in batches. A script that logs in a loop without a pause gives no batch a chance to leave,
 * so what waits is bounded too.
 */
import type { LogLine } from "../core/execution.ts";
import { droppedLine, LineRing } from "./log-limit.ts";

const FLUSH_INTERVAL = 30;
const MOST_WAITING = 4 * 1024 * 1024;

export class LogSender {
  readonly #send: (id: string, lines: readonly LogLine[]) => void;
  readonly #waiting = new Map<string, LineRing>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (id: string, lines: readonly LogLine[]) => void) {
    this.#send = send;
    process.on("exit", () => this.flush());
  }

  add(id: string, line: LogLine): void {
    const ring = this.#waiting.get(id) ?? new LineRing(MOST_WAITING);
    ring.add(line);
    this.#waiting.set(id, ring);
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_INTERVAL);
  }

  /** Call it before an attempt's outcome is sent, so that its log comes first. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [id, ring] of this.#waiting) {
      const { lines, dropped } = ring.take();
      this.#send(id, dropped > 0 ? [droppedLine(dropped), ...lines] : lines);
    }
    this.#waiting.clear();
  }
}
