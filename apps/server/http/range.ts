/** `Range: bytes=…` of one part, as browsers and download programs send it. */

/** Both ends included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Null: no range, or one that is not understood, so the whole file is sent. */
export function parseRange(header: string | undefined, size: number): Range | "outside" | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return null;
  return start >= size || start > end ? "outside" : { start, end };
}
