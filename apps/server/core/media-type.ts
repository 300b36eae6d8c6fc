/** Media types: read from a Content-Type header, or guessed from the ending of a name. */

const OCTETS = "application/octet-stream";

/** What an ending stands for; a link to one is a link to a file, if it is not to a page that is named so (core/path-kind.ts). */
const TYPE_OF_ENDING: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  aac: "audio/aac",
  apk: "application/vnd.android.package-archive",
  atom: "application/atom+xml",
  avi: "video/x-msvideo",
  avif: "image/avif",
  bib: "text/x-bibtex",
  bin: OCTETS,
  bmp: "image/bmp",
  bz2: "application/x-bzip2",
  css: "text/css",
  csv: "text/csv",
  deb: "application/vnd.debian.binary-package",
  dmg: "application/x-apple-diskimage",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  epub: "application/epub+zip",
  exe: "application/vnd.microsoft.portable-executable",
  flac: "audio/flac",
  geojson: "application/geo+json",
  gif: "image/gif",
  gz: "application/gzip",
  ico: "image/vnd.microsoft.icon",
  ics: "text/calendar",
  iso: OCTETS,
  jar: "application/java-archive",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  jsonl: "application/jsonl",
  kml: "application/vnd.google-earth.kml+xml",
  log: "text/plain",
  m4a: "audio/mp4",
  map: "application/json",
  md: "text/markdown",
  mjs: "text/javascript",
  mkv: "video/matroska",
  mobi: "application/x-mobipocket-ebook",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  msi: "application/x-msi",
  odp: "application/vnd.oasis.opendocument.presentation",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odt: "application/vnd.oasis.opendocument.text",
  ogg: "audio/ogg",
  otf: "font/otf",
  parquet: "application/vnd.apache.parquet",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  ps: "application/postscript",
  rar: "application/vnd.rar",
  rpm: "application/x-rpm",
  rss: "application/rss+xml",
  rtf: "application/rtf",
  sql: "application/sql",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  tgz: "application/gzip",
  tif: "image/tiff",
  tiff: "image/tiff",
  tsv: "text/tab-separated-values",
  ttf: "font/ttf",
  txt: "text/plain",
  wasm: "application/wasm",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  xz: "application/x-xz",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
  zst: "application/zstd",
};

const TYPE_OF_PAGE: Readonly<Record<string, string>> = {
  htm: "text/html",
  html: "text/html",
  xhtml: "application/xhtml+xml",
};

/** The type in a Content-Type header without its parameters, in lower case; empty when there is none. */
export function headerMediaType(header: string | undefined): string {
  const type = (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "";
}

/** The type that a file name or path suggests, or `application/octet-stream`. */
export function mediaTypeOf(name: string): string {
  const ending = endingOf(name);
  return TYPE_OF_ENDING[ending] ?? TYPE_OF_PAGE[ending] ?? OCTETS;
}

/** The ending usual for a type, or null. */
export function endingOfType(type: string): string | null {
  const known = [...Object.entries(TYPE_OF_PAGE), ...Object.entries(TYPE_OF_ENDING)];
  return type === OCTETS ? null : (PREFERRED[type] ?? known.find(([, of]) => of === type)?.[0] ?? null);
}

/**
 * Whether a file is of one of the kinds in a list such as `pdf, image/*, text/csv`: endings of names, types, or groups of types.
 * An ending also stands for the type that it is usual for.
 */
export function fitsTypes(type: string, name: string, list: string): boolean {
  const wanted = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((item) => item !== "");
  return wanted.some((item) => {
    if (item.endsWith("/*")) return type.startsWith(item.slice(0, -1));
    if (item.includes("/")) return type === item;
    const known = mediaTypeOf(`x.${item}`);
    return name.toLowerCase().endsWith(`.${item}`)
      ? !isPage(type) || isPage(known)
      : known !== OCTETS && type === known;
  });
}

/** A server that says `200 OK` to what it does not have sends a page in place of the file. */
export function isPage(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}

/** Where several endings share a type and the first of them is not the usual one. */
const PREFERRED: Readonly<Record<string, string>> = {
  "application/json": "json",
  "image/jpeg": "jpg",
  "text/html": "html",
  "text/plain": "txt",
};

/** Whether an ending, in lower case, is that of something that is no page. */
export function isKnownEnding(ending: string): boolean {
  return Object.hasOwn(TYPE_OF_ENDING, ending);
}

function endingOf(path: string): string {
  return /\.([a-z0-9]{1,7})$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}
