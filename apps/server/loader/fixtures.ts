/**
 * Which names a task's `run` destructures, read from the function's source: what is not named is not made. Playwright
 * Test does the same with its fixtures. Null when it cannot be told, and then everything is made.
 */

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const OPENING = "([{";
const CLOSING = ")]}";

/** Names of the first parameter's pattern; null for a plain parameter, a rest element or unreadable source. */
export function fixturesOf(run: (...args: never[]) => unknown): string[] | null {
  const source = withoutCommentsAndTexts(run.toString());
  if (source.includes("[native code]")) return null;
  const parameters = parameterList(source);
  if (parameters === null) return null;
  const [first] = splitAtCommas(parameters);
  if (first === undefined) return [];
  if (!first.startsWith("{")) return null;
  const pattern = first.slice(1, matching(first, 0));
  const names = splitAtCommas(pattern).map(propertyName);
  return names.every((name) => name !== null) ? names : null;
}

/** Texts become `""`, so that brackets and commas in them mean nothing. */
function withoutCommentsAndTexts(source: string): string {
  const part = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g;
  return source.replace(part, (match) => (match.startsWith("/") ? " " : quotedName(match)));
}

/** A quoted property name stays, since `{ "page": p }` names `page`. */
function quotedName(text: string): string {
  return IDENTIFIER.test(text.slice(1, -1)) ? text.slice(1, -1) : '""';
}

/** The text between the parentheses of the parameters; null for `context => …`. */
function parameterList(source: string): string | null {
  const head = source.replace(/^\s*(async\b\s*)?/, "");
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>/u.test(head)) return null;
  let open = 0;
  while (open < head.length && head[open] !== "(") {
    open = head[open] === "[" ? matching(head, open) + 1 : open + 1;
  }
  const close = matching(head, open);
  return close > open ? head.slice(open + 1, close) : null;
}

/** Index of the bracket that closes the one at `open`, or the text's length. */
function matching(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (OPENING.includes(text[at] ?? "")) depth += 1;
    if (CLOSING.includes(text[at] ?? "")) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (OPENING.includes(text[at] || " ")) at = matching(text, at);
    if (at < text.length && text[at] !== ",") continue;
    parts.push(text.slice(start, at).trim());
    start = at + 1;
  }
  return parts.filter((part) => part !== "");
}

/** `page`, `page: p`, `page = 1` and `page: { url } = {}` all name `page`. */
function propertyName(part: string): string | null {
  const [name = ""] = part.split(/[:=]/, 1);
  return IDENTIFIER.test(name.trim()) ? name.trim() : null;
}
