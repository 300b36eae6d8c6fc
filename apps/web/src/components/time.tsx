/** Times and durations that move while one looks at them. */
import type { ReactElement } from "react";
import { useEffect, useState } from "react";
import { absoluteTime, duration, timeAgo } from "../format.ts";

/** `3 min ago`, with the exact time as a hint. */
export function TimeAgo({ iso }: { iso: string }): ReactElement {
  const now = useNow(10_000);
  return (
    <time dateTime={iso} title={absoluteTime(iso)}>
      {timeAgo(iso, now)}
    </time>
  );
}

/** How long something took, or has taken so far. */
export function Elapsed({ from, to }: { from: string | null; to: string | null }): ReactElement | null {
  const now = useNow(from !== null && to === null ? 1000 : null);
  if (from === null) return null;
  return <span className="number">{duration((to === null ? now : Date.parse(to)) - Date.parse(from))}</span>;
}

/** The present time, renewed every so many milliseconds; null: not renewed. */
function useNow(interval: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (interval === null) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), interval);
    return () => window.clearInterval(timer);
  }, [interval]);
  return now;
}
