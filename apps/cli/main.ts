#!/usr/bin/env node
/** `npx ultravisor <command>`: one file per command, all over HTTP. */
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { addApprovals } from "./commands/approvals.ts";
import { addBackup } from "./commands/backup.ts";
import { addCancel } from "./commands/cancel.ts";
import { addChanges } from "./commands/changes.ts";
import { addData } from "./commands/data.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExport } from "./commands/export.ts";
import { addFiles } from "./commands/files.ts";
import { addInit } from "./commands/init.ts";
import { addLogs } from "./commands/logs.ts";
import { addMirror } from "./commands/mirror.ts";
import { addPause, addResume } from "./commands/pause.ts";
import { addRetry } from "./commands/retry.ts";
import { addRun } from "./commands/run.ts";
import { addRuns } from "./commands/runs.ts";
import { addSchedule } from "./commands/schedule.ts";
import { addSessions } from "./commands/sessions.ts";
import { addShow } from "./commands/show.ts";
import { addSql } from "./commands/sql.ts";
import { addStart } from "./commands/start.ts";
import { addState } from "./commands/state.ts";
import { addTasks } from "./commands/tasks.ts";
import { CommandError, EXIT } from "./exit.ts";
import { harmless } from "./output.ts";

const COMMANDS = [
  addStart,
  addInit,
  addTasks,
  addExport,
  addRun,
  addRuns,
  addShow,
  addLogs,
  addCancel,
  addPause,
  addResume,
  addRetry,
  addApprovals,
  addData,
  addFiles,
  addChanges,
  addMirror,
  addState,
  addSessions,
  addSql,
  addSchedule,
  addDoctor,
  addBackup,
];

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.success : EXIT.failed),
);
process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("ultravisor")
    .description(
      "Starts, follows and explains shell and browser tasks. Exit codes: 0 success, 1 the run failed, 2 usage, 3 the server cannot be reached.",
    )
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError("(--help tells the options)");
  for (const add of COMMANDS) add(program);
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.success);
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  // Commander has printed its message already; asking for help or the version is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${harmless(error.message)}\n`);
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}
