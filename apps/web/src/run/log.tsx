/** The log, live: only the lines in sight are in the page, the newest stays in sight until one scrolls up. */
import type { VirtualItem, Virtualizer } from "@tanstack/react-virtual";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ReactElement, UIEvent } from "react";
import { useMemo, useRef, useState } from "react";
import type { LogEntry, Run } from "../api.ts";
import { isFinal } from "../api.ts";
import { Icon } from "../components/icon.tsx";
import { number, plural } from "../format.ts";
import type { FollowedLog } from "./follow-log.ts";
import { useLog } from "./follow-log.ts";
import { LogLine } from "./log-line.tsx";

const LINE_HEIGHT = 20;

export function Log({ run, task }: { run: Run; task: string | undefined }): ReactElement {
  const final = isFinal(run.state);
  const log = useLog(run.id, task, run.finishedAt);
  const [search, setSearch] = useState("");
  const [following, setFollowing] = useState(!final);
  const found = useMemo(() => matching(log.entries, search), [log.entries, search]);
  return (
    <div className="log">
      <div className="log-bar">
        <input
          className="input"
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {log.status !== "ended" && <FollowButton following={following} onFollowing={setFollowing} />}
        <Tally log={log} shown={found.length} />
      </div>
      <Lines
        entries={found}
        search={search}
        linked={task === undefined}
        following={following}
        onFollowing={setFollowing}
        status={log.status}
      />
    </div>
  );
}

function FollowButton(props: { following: boolean; onFollowing(following: boolean): void }): ReactElement {
  const { following, onFollowing } = props;
  return (
    <button type="button" className="button compact" onClick={() => onFollowing(!following)}>
      <Icon name={following ? "pause" : "play"} />
      {following ? "Pause" : "Follow"}
    </button>
  );
}

function Tally({ log, shown }: { log: FollowedLog; shown: number }): ReactElement {
  const total = log.entries.length;
  return (
    <span className="tally" role="status">
      {shown === total ? plural(total, "line") : `${number(shown)} of ${plural(total, "line")}`}
      {log.dropped > 0 && `, ${number(log.dropped)} older not shown`}
      {log.status === "interrupted" && " · reconnecting…"}
    </span>
  );
}

interface LinesProps {
  readonly entries: readonly LogEntry[];
  readonly search: string;
  /** Whether lines lead to the task run that wrote them. */
  readonly linked: boolean;
  readonly following: boolean;
  readonly status: FollowedLog["status"];
  onFollowing(following: boolean): void;
}

function Lines({ entries, search, linked, following, status, onFollowing }: LinesProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => entries[index]?.seq ?? index,
    overscan: 20,
    anchorTo: "end",
    followOnAppend: following,
    scrollEndThreshold: 40,
  });
  const onScroll = useScrollWatch(lines, following, onFollowing);
  return (
    <section ref={box} className="log-lines" aria-label="Log lines" onScroll={onScroll}>
      {entries.length === 0 && <p className="loading">{emptyText(status, search)}</p>}
      <div className="log-space" style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map((item) => (
          <PlacedLine
            key={item.key}
            item={item}
            entry={entries[item.index]}
            lines={lines}
            search={search}
            linked={linked}
          />
        ))}
      </div>
    </section>
  );
}

interface PlacedLineProps {
  readonly item: VirtualItem;
  readonly entry: LogEntry | undefined;
  readonly lines: Virtualizer<HTMLDivElement, Element>;
  readonly search: string;
  readonly linked: boolean;
}

function PlacedLine({ item, entry, lines, search, linked }: PlacedLineProps): ReactElement | null {
  if (entry === undefined) return null;
  return (
    <div
      ref={lines.measureElement}
      data-index={item.index}
      className="log-line"
      data-stream={entry.stream}
      data-level={entry.level}
      style={{ transform: `translateY(${item.start}px)` }}
    >
      <LogLine entry={entry} search={search} linked={linked} />
    </div>
  );
}

/** Scrolling up pauses, reaching the end follows again; pressing Follow goes to the end. */
function useScrollWatch(
  lines: Virtualizer<HTMLDivElement, Element>,
  following: boolean,
  onFollowing: (following: boolean) => void,
): (event: UIEvent<HTMLElement>) => void {
  const top = useRef(0);
  const wasFollowing = useRef(following);
  if (following !== wasFollowing.current) {
    wasFollowing.current = following;
    if (following) queueMicrotask(() => lines.scrollToEnd());
  }
  return (event) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    if (scrollTop < top.current - 2 && !atEnd && following) onFollowing(false);
    if (scrollTop > top.current && atEnd && !following) onFollowing(true);
    top.current = scrollTop;
  };
}

function matching(entries: readonly LogEntry[], search: string): readonly LogEntry[] {
  const wanted = search.trim().toLowerCase();
  return wanted === "" ? entries : entries.filter((entry) => entry.text.toLowerCase().includes(wanted));
}

function emptyText(status: FollowedLog["status"], search: string): string {
  if (search.trim() !== "") return "No line matches.";
  if (status === "ended") return "Nothing was logged; the other tabs show what was left.";
  return status === "following" ? "Nothing yet; lines appear as they are written." : "Loading the log…";
}
