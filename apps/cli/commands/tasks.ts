/** `tasks`: what can be started, and which task files have mistakes. */
import type { Command } from "commander";
import { harmless, printJson, printLine, printTable } from "../output.ts";
import { server } from "../server.ts";

export function addTasks(program: Command): void {
  program
    .command("tasks")
    .description("list tasks and operations, and task files with mistakes")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { client } = await server();
      const answer = await (await client.api.tasks.$get()).json();
      if (json) return printJson(answer);
      const rows = answer.items.map(({ name, kind, description, triggers }) => [
        name,
        kind,
        triggers.map(triggerText).join(", "),
        description,
      ]);
      printTable(["NAME", "KIND", "TRIGGERS", "DESCRIPTION"], rows, "The tasks folder has no tasks yet.");
      for (const { path, line, message, mend } of answer.problems) {
        printLine(`\n${path}${line === null ? "" : `:${line}`}: ${harmless(message)}\n  ${harmless(mend)}`);
      }
    });
}

/** `cron 0 17 * * *`, `every 12s`, `when disk /media freeBelow 5GB`: a trigger in few words. */
export function triggerText(trigger: Readonly<Record<string, unknown>>): string {
  const [kind] = ["cron", "every", "after", "when", "webhook"].filter((name) => name in trigger);
  if (kind === undefined) return "";
  const value = trigger[kind];
  if (typeof value === "object" && value !== null) return `${kind} ${conditionText(value)}`;
  return kind === "every" && typeof value === "number" ? `every ${value / 1000}s` : `${kind} ${String(value)}`;
}

function conditionText(condition: object): string {
  const words = Object.entries(condition).flatMap(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return words.join(" ");
}
