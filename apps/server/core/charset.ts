/** Bytes of a page to text: byte order mark, then Content-Type, then the page's own `<meta>`, then a guess. */

const META_BYTES = 1024;

/** Decodes as browsers do; a label nobody knows counts as none. */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const label = markedEncoding(bytes) ?? fromHeader(contentType) ?? fromMeta(bytes);
  return label ? new TextDecoder(label).decode(bytes) : guess(bytes);
}

/** By its byte order mark. */
export function markedEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return null;
}

function fromHeader(contentType: string | undefined): string | null {
  return known(/;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? "")?.[1]);
}

function fromMeta(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, META_BYTES)).toString("latin1");
  const found =
    /<meta[^>]+charset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(start) ??
    /^<\?xml[^>]+encoding\s*=\s*["']([^"']+)/i.exec(start);
  const label = known(found?.[1]);
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
