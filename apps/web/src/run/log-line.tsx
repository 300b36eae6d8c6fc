/** One entry of the log, with what was searched for marked. */
import type { ReactElement } from "react";
import type { LogEntry } from "../api.ts";
import { absoluteTime, clockTime } from "../format.ts";

const STREAM_LABELS: Readonly<Record<LogEntry["stream"], string>> = {
  stdout: "out",
  stderr: "err",
  log: "log",
  system: "system",
};

/** Colours and cursor moves that programs write for a terminal: ESC [ … letter. */
const TERMINAL_CODES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

export function LogLine({ entry, search }: { entry: LogEntry; search: string }): ReactElement {
  return (
    <>
      <time dateTime={entry.time} title={absoluteTime(entry.time)}>
        {clockTime(entry.time)}
      </time>
      <span className="stream" title={entry.stream}>
        {STREAM_LABELS[entry.stream]}
      </span>
      <span className="text">{marked(entry.text.replace(TERMINAL_CODES, ""), search.trim())}</span>
    </>
  );
}

function marked(text: string, search: string): (string | ReactElement)[] {
  if (search === "") return [text];
  const parts: (string | ReactElement)[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(search.toLowerCase()); at !== -1; at = lower.indexOf(search.toLowerCase(), from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + search.length)}</mark>);
    from = at + search.length;
  }
  return [...parts, text.slice(from)];
}
