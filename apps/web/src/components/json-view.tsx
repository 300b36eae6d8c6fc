/** JSON as people read it: always text, never markup. */
import type { ReactElement } from "react";
import { SafeLink } from "./safe-link.tsx";

/** Indented JSON with keys and words set apart. */
export function JsonView({ value }: { value: unknown }): ReactElement {
  const text = JSON.stringify(value, null, 2) ?? "null";
  return <pre className="code">{text.length > HIGHLIGHT_LIMIT ? text : highlighted(text)}</pre>;
}

/** One value in a table cell. */
export function CellValue({ value }: { value: unknown | undefined }): ReactElement | null {
  if (value === undefined || value === null || value === "") return <span className="muted">–</span>;
  if (typeof value === "number") return <span className="number">{value}</span>;
  if (typeof value === "string") return <SafeLink text={value} />;
  return <code>{JSON.stringify(value)}</code>;
}

/** Above this many characters colours cost more than they help. */
const HIGHLIGHT_LIMIT = 50_000;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)|\b(true|false|null)\b|"(?:[^"\\]|\\.)*"/g;

function highlighted(text: string): (string | ReactElement)[] {
  const parts: (string | ReactElement)[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, key, , word] = match;
    const className = key !== undefined ? "json-key" : word !== undefined ? "json-word" : null;
    if (className === null) continue;
    parts.push(text.slice(end, match.index), span(className, key ?? whole, match.index));
    end = match.index + (key ?? whole).length;
  }
  return [...parts, text.slice(end)];
}

function span(className: string, text: string, key: number): ReactElement {
  return (
    <span key={key} className={className}>
      {text}
    </span>
  );
}
