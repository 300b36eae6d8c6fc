// The arithmetic of "every so many milliseconds": pure, with the moment passed in.

/** When a scheduler with a fixed interval runs next, and how far that is from a round multiple of the interval. */
export function nextEvery(
  schedule: { every: number; offset: number; startDate: number | undefined },
  previous: number | undefined,
  now: number,
): { next: number; offset: number } {
  const { every } = schedule;
  const next = Math.floor(previous === undefined ? firstRun(schedule, now) : following(schedule, previous, now));
  const offset = schedule.offset || next - Math.floor(next / every) * every;
  return { next, offset: Math.floor(offset) };
}

function firstRun(
  { every, offset, startDate }: { every: number; offset: number; startDate: number | undefined },
  now: number,
): number {
  if (startDate !== undefined) return Math.max(startDate, now);
  if (offset <= 0) return now;
  const slot = Math.floor(now / every) * every + offset;
  return slot <= now ? slot + every : slot;
}

/** One interval later; after a long pause the missed runs are skipped. */
function following({ every, offset }: { every: number; offset: number }, previous: number, now: number): number {
  const next = previous + every;
  if (next >= now) return next;
  const aligned = Math.floor(now / every) * every + offset;
  return aligned <= now ? aligned + every : aligned;
}
