/** The file name in a Content-Disposition header: RFC 6266, with RFC 5987 for what is not ASCII. */

const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";]*))/g;
const EXTENDED = /^([\w!#$%&+^`{}~-]+)'[^']*'((?:[^%]|%[0-9a-f]{2})*)$/is;

/** The name as sent, not yet made safe; null when there is none. `filename*` wins, as the standard wants. */
export function dispositionName(header: string | undefined): string | null {
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, plain] of `;${(header ?? "").replace(/^[^;]*;?/, "")}`.matchAll(PARAMETER)) {
    const value = quoted === undefined ? (plain ?? "").trim() : quoted.replace(/\\(.)/g, "$1");
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  return extended(parameters.get("filename*")) ?? plainName(parameters.get("filename"));
}

function extended(value: string | undefined): string | null {
  const match = EXTENDED.exec(value ?? "");
  if (!match) return null;
  try {
    return new TextDecoder(match[1], { fatal: true }).decode(percentDecoded(match[2] ?? "")) || null;
  } catch {
    return null;
  }
}

function percentDecoded(text: string): Uint8Array {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/** Header bytes arrive as Latin-1, though most servers that send more than ASCII mean UTF-8. */
function plainName(value: string | undefined): string | null {
  if (!value) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
