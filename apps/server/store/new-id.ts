/** Ids of everything that is recorded: UUIDs that rise with time (RFC 9562 §5.7), also within a millisecond. */
import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";
import type { NewId } from "../core/ports.ts";

const BYTES_OF_ONE = 16;
/** Drawing random bytes costs 10 µs, however few they are. */
const DRAWN_AT_ONCE = 256;

/** One per process: two would not rise together. */
export function createNewId(clock: () => number = Date.now): NewId {
  const drawn = new Uint8Array(BYTES_OF_ONE * DRAWN_AT_ONCE);
  let used = drawn.length;
  let msecs = 0;
  let seq = 0;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    const random = drawn.subarray(used, used + BYTES_OF_ONE);
    used += BYTES_OF_ONE;
    const now = clock();
    // A clock that is set back must not make ids fall.
    if (now > msecs) {
      msecs = now;
      // 31 bits, as the counter (32) has to have room to rise.
      seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
    } else seq += 1;
    return v7({ random, msecs, seq });
  };
}
