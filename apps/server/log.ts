/** The server's own log: JSON lines, or coloured text on a terminal. Run logs go to the database, not here. */
import { type DestinationStream, pino } from "pino";
import type { Logger } from "./core/ports.ts";

export async function createLogger(options: { level: string; pretty: boolean }): Promise<Logger> {
  // stdout belongs to the answers of commands; the log goes to stderr.
  const destination: DestinationStream = options.pretty
    ? (await import("pino-pretty")).default({
        destination: 2,
        ignore: "pid,hostname",
        translateTime: "SYS:HH:MM:ss",
        sync: true,
      })
    : pino.destination({ dest: 2, sync: false });
  const log: Logger = pino({ level: options.level, base: null }, destination);
  return log;
}
