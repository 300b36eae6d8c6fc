/** `doctor`: looks for what is missing or wrong on this machine. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { connect } from "../api.ts";
import { type Config, readConfig } from "../config.ts";
import { CommandError, EXIT } from "../exit.ts";
import { printJson, printLine } from "../output.ts";

interface Finding {
  readonly check: string;
  readonly level: "ok" | "warning" | "wrong";
  readonly text: string;
  /** Of the command, when this is the worst finding. */
  readonly exitCode?: number;
}

const OLDEST_NODE = [22, 18] as const;

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("look for what is missing or wrong on this machine")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const config = await readConfig();
      const findings = [checkNode(), ...checkData(config), ...(await checkServer(config))];
      if (json) printJson({ findings });
      else for (const { check, level, text } of findings) printLine(`${level.padEnd(8)} ${check.padEnd(12)} ${text}`);
      process.exitCode = Math.max(
        0,
        ...findings.filter(({ level }) => level === "wrong").map(({ exitCode }) => exitCode ?? EXIT.failed),
      );
    });
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const text = isNew
    ? process.version
    : `${process.version} is too old; expected ${OLDEST_NODE.join(".")} or newer. \`npm start\` brings its own.`;
  return { check: "node", level: isNew ? "ok" : "wrong", text };
}

function checkData({ dataFolder, token }: Config): Finding[] {
  try {
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [
      {
        check: "data folder",
        level: "warning",
        text: `${dataFolder} is not there or not writable; the first start makes it.`,
      },
    ];
  }
  const folder: Finding = { check: "data folder", level: "ok", text: dataFolder };
  if (token === null)
    return [
      folder,
      {
        check: "token",
        level: "wrong",
        text: `There is none in ${dataFolder}; start the server once, or set ULTRAVISOR_TOKEN.`,
      },
    ];
  return [folder, checkToken(join(dataFolder, "token"))];
}

function checkToken(path: string): Finding {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return { check: "token", level: "ok", text: "from ULTRAVISOR_TOKEN" };
  if ((mode & 0o077) !== 0)
    return { check: "token", level: "wrong", text: `Others can read ${path}; mend it: chmod 600 ${path}` };
  return { check: "token", level: "ok", text: path };
}

async function checkServer(config: Config): Promise<Finding[]> {
  try {
    const health = await (await connect(config).client.api.health.$get()).json();
    return [
      {
        check: "server",
        level: "ok",
        text: `${config.url}, version ${health.version}, node ${health.node}, queue ${health.queue}, SQLite ${health.sqlite}`,
      },
      checkVersion(health.version),
      checkBrowser(health.browser),
      ...(await checkAccess(config)),
      ...health.warnings.map((text): Finding => ({ check: "server", level: "warning", text })),
    ];
  } catch (error) {
    if (error instanceof CommandError)
      return [{ check: "server", level: "wrong", text: error.message, exitCode: error.exitCode }];
    throw error;
  }
}

function checkVersion(version: string): Finding {
  if (version === packageJson.version) return { check: "version", level: "ok", text: version };
  return {
    check: "version",
    level: "warning",
    text: `These commands are ${packageJson.version}, the server is ${version}; restart the server.`,
  };
}

function checkBrowser(browser: { found: boolean; path: string | null; sandbox: boolean }): Finding {
  if (!browser.found)
    return {
      check: "chromium",
      level: "wrong",
      text: "None was found. `npm start` installs one, or set ULTRAVISOR_BROWSER to its path.",
    };
  const text = `${browser.path ?? "found"}${browser.sandbox ? "" : ", without its sandbox"}`;
  return { check: "chromium", level: browser.sandbox ? "ok" : "warning", text };
}

/** Health is open to all, so it does not tell whether the token is right. */
async function checkAccess(config: Config): Promise<Finding[]> {
  await (await connect(config).client.api.session.$get()).json();
  return [];
}
