/** `init`: a tasks folder of one's own. */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { PACKAGE_ROOT } from "../config.ts";
import { initTasksFolder } from "../init-folder.ts";
import { printLine } from "../output.ts";

export function addInit(program: Command): void {
  program
    .command("init")
    .description("make a tasks folder of your own, with what an editor needs and a first task")
    .argument("<folder>", "where to make it")
    .action(async (folder: string) => {
      const prepared = await initTasksFolder(resolve(folder), PACKAGE_ROOT);
      for (const { path, written } of prepared) printLine(`${written ? "made" : "kept"}  ${join(folder, path)}`);
      printLine(`\nStart the server with these tasks: ULTRAVISOR_TASKS=${resolve(folder)} npm start`);
    });
}
