/** Amounts as people write them in conditions: `5GB`, `512MiB`, `10%`, or a plain number. */

export type Unit = "bytes" | "percent" | "ms" | "";

export interface Amount {
  readonly value: number;
  readonly unit: "bytes" | "percent" | "";
}

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const AMOUNT = /^(-?\d+(?:\.\d+)?)\s*(%|[kmgt]?i?b)?$/i;

/** Null: the text is no amount. */
export function parseAmount(value: unknown): Amount | null {
  if (typeof value === "number") return Number.isFinite(value) ? { value, unit: "" } : null;
  const match = typeof value === "string" ? AMOUNT.exec(value.trim()) : null;
  if (!match) return null;
  const [, number, suffix = ""] = match;
  if (suffix === "") return { value: Number(number), unit: "" };
  if (suffix === "%") return { value: Number(number), unit: "percent" };
  const size = SIZES[suffix.toLowerCase()];
  return size === undefined ? null : { value: Number(number) * size, unit: "bytes" };
}

/** `4.8 GB`, `7.5 %`, `90 s`, `21`. */
export function showAmount(value: number, unit: Unit): string {
  if (unit === "percent") return `${rounded(value)} %`;
  if (unit === "ms") return `${rounded(value / 1000)} s`;
  if (unit === "") return String(value);
  const [name, size] = (["TB", "GB", "MB", "kB"] as const)
    .map((name) => [name, SIZES[name.toLowerCase()] ?? 1] as const)
    .find(([, size]) => Math.abs(value) >= size) ?? ["B", 1];
  return `${rounded(value / size)} ${name}`;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
