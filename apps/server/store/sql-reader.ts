/**
 * SQL for the owner, without danger to the server: each question is answered by a process of its own (sql-child.ts), on the database
 * file itself. The server folds the write-ahead log into the file and leaves the file alone until the answer is there, so the process
 * sees one moment, copies nothing, and holds nobody up, however long it takes. New writes go to the log meanwhile.
 */
import { type ChildProcess, fork } from "node:child_process";
import { UltravisorError } from "../core/errors.ts";
import type { SqlAnswer, SqlQuestion, SqlReader } from "../core/sql.ts";
import type { Database } from "./database.ts";
import { SQL_VIEWS } from "./sql-tables.ts";

/** What the process is told. */
export interface ChildQuestion {
  readonly file: string;
  readonly question: SqlQuestion;
}

export type ChildAnswer = { readonly answer: SqlAnswer } | { readonly error: string };

const ENTRY = new URL("./sql-child.ts", import.meta.url);
const EXEC_ARGV = ["--max-old-space-size=256", "--disable-warning=ExperimentalWarning"];
/** Questions that may wait for their turn. */
const MOST_WAITING = 10;

export function createSqlReader({ withFileAtRest }: Database): SqlReader {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    tables: SQL_VIEWS.map(({ name, columns }) => ({ name, columns })),
    async ask(question) {
      if (withFileAtRest === null)
        throw new UltravisorError("conflict", "The record database is on a server of its own; ask it there.");
      if (waiting >= MOST_WAITING)
        throw new UltravisorError("too_many_requests", `${waiting} questions in SQL wait already; ask again later.`);
      waiting += 1;
      // One at a time: between two, the write-ahead log is folded into the file, so it cannot grow without end.
      const answer = turn.then(() => withFileAtRest((file) => answerOf({ file, question })));
      turn = answer.catch(() => {});
      return answer.finally(() => {
        waiting -= 1;
      });
    },
  };
}

async function answerOf(asked: ChildQuestion): Promise<SqlAnswer> {
  const child = fork(ENTRY, { env: {}, execArgv: EXEC_ARGV, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const { timeout } = asked.question;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeout);
  try {
    child.send(asked, () => {});
    const told = await answered(child);
    if ("answer" in told) return told.answer;
    if (isLate)
      throw new UltravisorError(
        "query_too_slow",
        `The question took longer than ${timeout / 1000} s and was stopped; narrow it down, for instance by time or run.`,
      );
    throw new UltravisorError("invalid_query", `SQL: ${told.error}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

function answered(child: ChildProcess): Promise<ChildAnswer> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  return new Promise((resolve) => {
    child.once("message", (message) => resolve(message as ChildAnswer));
    child.once("error", (error) => resolve({ error: error.message }));
    child.once("exit", (code, signal) => {
      const memory = /heap out of memory/.test(words) ? "the answer needs too much memory" : "its process ended";
      resolve({ error: `${memory} (${signal ?? `exit code ${code}`})` });
    });
  });
}
