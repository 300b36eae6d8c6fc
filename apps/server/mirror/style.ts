/** The addresses in style sheets: `url(…)` and `@import`. Everything else stays as it was, to the letter. */

/** `null` leaves an address as it is. */
export type Rewrite = (address: string) => string | null;

const TOKENS =
  /\/\*[\s\S]*?(?:\*\/|$)|(@import\s+)("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|\burl\(\s*("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|(?:[^"'()\\\s]|\\[\s\S])*)\s*\)|@charset\s+"[^"]*";?|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/gi;

/** Every address, as written but unescaped. */
export function addressesIn(css: string): string[] {
  const found: string[] = [];
  rewriteStyle(css, (address) => {
    found.push(address);
    return null;
  });
  return found;
}

/** The result is UTF-8, so a rule that says otherwise is dropped. */
export function rewriteStyle(css: string, rewrite: Rewrite): string {
  return css.replace(TOKENS, (token, atImport?: string, imported?: string, written?: string) => {
    if (/^@charset/i.test(token)) return "";
    const text = imported ?? written;
    if (text === undefined || text === "") return token;
    const changed = rewrite(unescaped(text));
    if (changed === null) return token;
    return atImport === undefined ? `url(${quoted(changed)})` : `${atImport}${quoted(changed)}`;
  });
}

function unescaped(text: string): string {
  const plain = /^["']/.test(text) ? text.slice(1, -1) : text;
  return plain.replace(/\\(?:([0-9a-f]{1,6})\s?|\r?\n|([\s\S]))/gi, (_, hex?: string, sign?: string) =>
    hex === undefined ? (sign ?? "") : codePoint(Number.parseInt(hex, 16)),
  );
}

function codePoint(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\u{fffd}";
}

function quoted(address: string): string {
  return `"${address.replace(/["\\\n\r]/g, (sign) => `\\${sign.charCodeAt(0).toString(16)} `)}"`;
}
