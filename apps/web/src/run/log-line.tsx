/** One entry of the log, with what was searched for marked. */
import { Link } from "@tanstack/react-router";
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

interface Props {
  readonly entry: LogEntry;
  readonly search: string;
  /** Whether the name of the stream leads to the task run that wrote the line. */
  readonly linked: boolean;
}

export function LogLine({ entry, search, linked }: Props): ReactElement {
  return (
    <>
      <time dateTime={entry.time} title={absoluteTime(entry.time)}>
        {clockTime(entry.time)}
      </time>
      <span className="stream" title={entry.stream}>
        <StreamLabel entry={entry} linked={linked} />
      </span>
      <span className="text">{marked(entry.text.replace(TERMINAL_CODES, ""), search.trim())}</span>
    </>
  );
}

function StreamLabel({ entry, linked }: Omit<Props, "search">): ReactElement {
  const label = STREAM_LABELS[entry.stream];
  const { task } = entry;
  if (!linked || task === null) return <>{label}</>;
  return (
    <Link
      to="."
      search={(search) => ({ ...search, task, tab: undefined })}
      resetScroll={false}
      preload={false}
      title="Show the task run"
    >
      {label}
    </Link>
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
