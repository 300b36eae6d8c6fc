/** Makes a file name that came from outside harmless: a label in lists, a name in a download header, a name in a folder. */

const MAX_BYTES = 200;
const MAX_EXTENSION_BYTES = 20;

/** Names that Windows gives to devices, whatever extension follows. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** Letters, digits and marks of every script, and a few signs that mean nothing to a file system, a shell or a header. */
const REFUSED = /[^\p{L}\p{N}\p{M} €£¥._()[\]+,@=~#&'!-]/gu;

/** Last part of a path, allow-listed characters only, at most 200 bytes, no leading dot; `file` when nothing is left. */
export function safeFileName(name: string): string {
  const cleaned = basename(decodeOnce(name).normalize("NFC"))
    .replace(REFUSED, "_")
    .replace(/\s+/g, " ")
    .replace(/^[\s.~-]+|[\s.]+$/g, "");
  if (cleaned === "" || /^_+$/.test(cleaned)) return "file";
  return shorten(RESERVED.test(cleaned) ? `_${cleaned}` : cleaned);
}

const MAX_ORIGINAL = 1000;

/** A file's safe name, and beside it what it was called if that is another: as a text, for whoever wants to know. */
export function namesOf(
  said: string,
  wanted: string = said,
): { readonly name: string; readonly originalName?: string } {
  const name = safeFileName(wanted);
  return name === said ? { name } : { name, originalName: said.slice(0, MAX_ORIGINAL) };
}

/** `..%2fx` hides its slash from a check that comes before somebody else's decoding. */
function decodeOnce(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function basename(path: string): string {
  return path.split(/[\\/\0]/).findLast((part) => part.replaceAll(".", "").trim() !== "") ?? "";
}

/** Cuts the stem and keeps the extension: the type of a file is worth more than the end of its title. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot) : "";
  const kept = Buffer.byteLength(extension) <= MAX_EXTENSION_BYTES ? extension : "";
  return `${cut(name, MAX_BYTES - Buffer.byteLength(kept))}${kept}`;
}

function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let result = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    result += character;
  }
  return result.replace(/[\s.]+$/, "");
}
