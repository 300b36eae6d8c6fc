/** `backup`: copies the record database while the server works. */
import type { Command } from "commander";
import { printJson, printLine } from "../output.ts";
import { server } from "../server.ts";

export function addBackup(program: Command): void {
  program
    .command("backup")
    .description("copy the record database on the server's machine, without stopping anything")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { client } = await server();
      const backup = await (await client.api.backups.$post()).json();
      if (json) return printJson(backup);
      printLine(
        `${backup.path} (${(backup.size / 1e6).toFixed(1)} MB). Files lie in the file store; copy its folder beside it.`,
      );
    });
}
