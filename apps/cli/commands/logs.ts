/** `logs`: what a run said. */
import type { Command } from "commander";
import type { LogView } from "../../server/http/presenters/log.ts";
import { findRun } from "../find-run.ts";
import { followLog } from "../follow.ts";
import { harmless, printLine, shortTime } from "../output.ts";
import { server } from "../server.ts";

export function addLogs(program: Command): void {
  program
    .command("logs")
    .description("print a run's log")
    .argument("<run>", "its id, or a beginning or end of it")
    .option("-f, --follow", "stay until the run has ended")
    .option("--json", "print a JSON object a line")
    .action(async (text: string, { follow, json }: { follow?: boolean; json?: boolean }) => {
      const api = await server();
      const id = await findRun(api, text);
      const print = (line: LogView): void => printLine(json ? JSON.stringify(line) : logLine(line));
      if (follow) return followLog(api, id, print);
      let cursor: string | null = "0";
      while (cursor !== null) {
        const query = { cursor, limit: "500" };
        const page: { items: LogView[]; next: string | null } = await (
          await api.client.api.runs[":id"].logs.$get({ param: { id }, query })
        ).json();
        for (const line of page.items) print(line);
        cursor = page.next;
      }
    });
}

/** Time, a mark for what is not well, and the text. */
export function logLine({ time, level, stream, text }: LogView): string {
  const mark = level === "error" ? "error: " : level === "warn" ? "warning: " : stream === "system" ? "· " : "";
  return `${shortTime(time)} ${mark}${harmless(text).replaceAll("\n", "\n         ")}`;
}
