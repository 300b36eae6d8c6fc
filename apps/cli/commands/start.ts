/** `start`: the server in the foreground, as `npm start` without its setup. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Command } from "commander";
import { PACKAGE_ROOT, serverEnvironment } from "../config.ts";
import { EXIT } from "../exit.ts";

/** As in package.json. Without them the place for young objects grows to 50 MB and stays, and garbage piles up while there is work. */
const NODE_OPTIONS = ["--max-semi-space-size=4", "--heap-growing-percent=50"];

export function addStart(program: Command): void {
  program
    .command("start")
    .description("start the server and print the link that signs a browser in")
    .action(async () => {
      const child = spawn(process.execPath, [...NODE_OPTIONS, join(PACKAGE_ROOT, "apps/server/start.ts")], {
        stdio: "inherit",
        env: serverEnvironment(),
      });
      // A terminal's Ctrl+C reaches the server by itself; what others send to this process is passed on.
      const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
      process.on("SIGINT", () => undefined);
      process.on("SIGTERM", pass);
      process.on("SIGHUP", pass);
      const [code] = await once(child, "exit");
      process.exitCode = typeof code === "number" ? code : EXIT.failed;
    });
}
