// Ranges as Redis counts them: both ends included, negative numbers from the end.

/** Turns a range over `length` items into an offset and how many to take. */
export function slice(length: number, start: number, end: number): [offset: number, count: number] {
  const from = Math.max(start < 0 ? length + start : start, 0);
  const to = Math.min(end < 0 ? length + end : end, length - 1);
  return [from, Math.max(to - from + 1, 0)];
}
