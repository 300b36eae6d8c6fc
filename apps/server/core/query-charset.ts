/**
 * Queries of links in pages of older encodings: browsers write what is not ASCII there in the page's own encoding, and only the rest of
 * an address in UTF-8 (URL standard, "query state"). Wikis and shops that grew up with EUC-JP or Latin-1 find nothing otherwise.
 */

const NOT_ASCII = /[^\0-\x7f]/gu;
/** UTF-8 needs nothing, and bytes of the others depend on what came before. */
const AS_THEY_ARE = /^(?:iso-2022|utf-)/;
const tables = new Map<string, ReadonlyMap<string, string>>();

/**
 * The address with its query as a browser would send it.
 * @param charset the page's, asked for only where it matters; null: UTF-8
 */
export function withEncodedQuery(address: string, charset: () => string | null): string {
  const start = address.indexOf("?");
  if (start === -1 || address.search(NOT_ASCII) === -1) return address;
  const name = charset() ?? "utf-8";
  if (AS_THEY_ARE.test(name)) return address;
  const hash = address.indexOf("#", start);
  const end = hash === -1 ? address.length : hash;
  const table = tableOf(name);
  // What an encoding lacks is sent as a character reference.
  const query = address
    .slice(start, end)
    .replace(NOT_ASCII, (sign) => table.get(sign) ?? encodeURIComponent(`&#${sign.codePointAt(0)};`));
  return address.slice(0, start) + query + address.slice(end);
}

/** The bytes of every character that takes one or two, percent-encoded. */
function tableOf(charset: string): ReadonlyMap<string, string> {
  const known = tables.get(charset);
  if (known) return known;
  const sequences = [...range(0x80, 0xff).map((byte) => [byte]), ...pairs()];
  const decoded = new TextDecoder(charset).decode(Uint8Array.from(sequences.flatMap((bytes) => [...bytes, 0x0a])));
  const table = new Map<string, string>();
  for (const [at, text] of decoded.split("\n").entries()) {
    const isCharacter = [...text].length === 1 && text !== "\ufffd";
    if (isCharacter && !table.has(text)) table.set(text, percentEncoded(sequences[at] ?? []));
  }
  tables.set(charset, table);
  return table;
}

function pairs(): number[][] {
  return range(0x81, 0xfe).flatMap((first) => range(0x40, 0xfe).map((second) => [first, second]));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

function percentEncoded(bytes: readonly number[]): string {
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
