/** Bytes of a page to text: byte order mark, then Content-Type, then the page's own `<meta>`, then a guess. */

/** The standard looks at 1024; Chromium at the whole head, which some begin with long comments. */
const META_BYTES = 4096;

/** Decodes as browsers do; a label nobody knows counts as none. */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const label = declaredEncoding(bytes, contentType);
  return label ? new TextDecoder(label).decode(bytes) : guess(bytes);
}

/** The encoding that a text says it has, by its name in the Encoding standard; null when it says none. */
export function declaredEncoding(bytes: Uint8Array, contentType: string | undefined): string | null {
  return markedEncoding(bytes) ?? fromHeader(contentType) ?? fromMeta(bytes);
}

/** The encoding that a page was sent in, as far as its text still tells; null: UTF-8, or nothing was said. */
export function encodingOfPage(html: string, contentType: string | undefined): string | null {
  return declaredEncoding(Buffer.from(html.slice(0, META_BYTES)), contentType);
}

/** By its byte order mark. */
export function markedEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return null;
}

/** What stands in quotes may look like a parameter, and is none. */
const PARAMETER = /;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/g;
function fromHeader(contentType: string | undefined): string | null {
  for (const [, name = "", quoted, plain] of (contentType ?? "").matchAll(PARAMETER)) {
    const label = name.toLowerCase() === "charset" ? known(quoted ?? plain) : null;
    if (label !== null) return label;
  }
  return null;
}

const COMMENT = /<!--.*?(?:-->|$)/gs;
const META = /<\s*meta\s([^>]+)/gi;
const CHARSET = /(?:^|[\s"'/;])charset\s*=\s*["']?\s*([^\s"'/>;]+)/i;
const XML_DECLARATION = /^\s*<\?xml[^>]+encoding\s*=\s*["']([^"']+)/i;

function fromMeta(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, META_BYTES)).toString("latin1");
  const metas = [...start.replace(COMMENT, "").matchAll(META)].map(([, attributes = ""]) => attributes);
  const named = metas.filter((attributes) => !/(?:^|\s)(?:name|property)\s*=/i.test(attributes));
  const found = [...named.map((attributes) => CHARSET.exec(attributes)), XML_DECLARATION.exec(start)];
  const label = found.map((match) => known(match?.[1])).find((name) => name !== null) ?? null;
  // Had these words really been UTF-16, they could not have been read byte by byte.
  return label?.startsWith("utf-16") ? "utf-8" : label;
}

function known(label: string | undefined): string | null {
  if (!label) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

function guess(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
