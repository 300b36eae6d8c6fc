/** What may be kept as state: names that cannot bend an object's prototype, wherever they stand, and values of a bounded size. */
import { UltravisorError } from "./errors.ts";
import { jsonText } from "./json.ts";

/** Bytes of a value's JSON. */
export const MOST_STATE = 1024 * 1024;
const LONGEST_KEY = 500;
const DEEPEST = 64;
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** @throws `invalid_request` naming the key */
export function checkStateKey(key: string): void {
  const fits =
    key.length > 0 && key.length <= LONGEST_KEY && key.isWellFormed() && !/\p{Cc}/u.test(key) && !FORBIDDEN.has(key);
  if (fits) return;
  const message = `Expected 1 to ${LONGEST_KEY} characters without control characters, and none of ${[...FORBIDDEN].join(", ")}`;
  throw new UltravisorError("invalid_request", `The key is refused. ${message}.`, {
    fields: [{ path: "key", message }],
  });
}

/**
 * The JSON text of a value or a patch.
 *
 * @throws `invalid_request` naming the place inside the value
 */
export function stateText(key: string, value: unknown): string {
  refuseUnsafe(key, value);
  const text = jsonText(value);
  if (Buffer.byteLength(text) > MOST_STATE) throw stateTooLarge(key);
  return text;
}

export function stateTooLarge(key: string): UltravisorError {
  return new UltravisorError(
    "invalid_request",
    `state ${JSON.stringify(key)}: expected a value of at most ${MOST_STATE / 1024 / 1024} MiB; save what is larger as records or files`,
  );
}

/** Walks without recursion, so that no nesting can exhaust the stack. */
function refuseUnsafe(key: string, root: unknown): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: "", depth: 0 }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { value, path, depth } = part;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= DEEPEST) throw refusal(key, path, `nested deeper than ${DEEPEST} levels`);
    for (const [name, inner] of Object.entries(value)) {
      if (FORBIDDEN.has(name) && !Array.isArray(value))
        throw refusal(key, `${path}.${name}`, "a name that is not allowed");
      open.push({
        value: inner,
        path: Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`,
        depth: depth + 1,
      });
    }
  }
}

function refusal(key: string, path: string, message: string): UltravisorError {
  const place = path.replace(/^\./, "").slice(0, 100);
  const field = { path: `value.${place}`, message };
  return new UltravisorError("invalid_request", `state ${JSON.stringify(key)}: ${place}: ${message}`, {
    fields: [field],
  });
}
