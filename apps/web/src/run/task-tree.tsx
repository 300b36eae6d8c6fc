/**
 * The task runs of a run as a tree that loads as it is opened: a run may have 100,000 of them, and only those one looks
 * at are asked for, a hundred at a time. Choosing a state shows all task runs in it, as a flat list.
 */
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { KeyboardEvent, ReactElement } from "react";
import { memo, useState } from "react";
import type { Counts, Run, TaskRun } from "../api.ts";
import { CountsBar, presentStates, toleratedIn } from "../components/counts-bar.tsx";
import { Loaded } from "../components/feedback.tsx";
import { Icon } from "../components/icon.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { StateDot } from "../components/state-badge.tsx";
import { Elapsed } from "../components/time.tsx";
import { failedText, number, relativeKey } from "../format.ts";
import type { TaskRunsFilter } from "../queries.ts";
import { taskRunsQuery } from "../queries.ts";

const route = getRouteApi("/runs/$id");

export function TaskTree({ run }: { run: Run }): ReactElement {
  const { state } = route.useSearch();
  return (
    <section className="card tree-card" aria-label="Task runs">
      <div className="tree-head">
        <h2>Task runs</h2>
        <CountsBar counts={run.counts} />
        <StateChips run={run} />
      </div>
      <div className="tree">
        <Branch
          key={state ?? "tree"}
          runId={run.id}
          filter={state === undefined ? { parent: "none" } : { state }}
          base={startOf(run)}
        />
      </div>
    </section>
  );
}

function StateChips({ run }: { run: Run }): ReactElement {
  const { state } = route.useSearch();
  const present = presentStates(run.counts);
  return (
    <div className="chips">
      <Link
        to="."
        search={(search) => ({ ...search, state: undefined })}
        className="chip"
        aria-current={state === undefined}
      >
        All
      </Link>
      {present.map(([word, count]) => (
        <Link
          key={word}
          to="."
          search={(search) => ({ ...search, state: word })}
          className="chip"
          aria-current={state === word}
        >
          <span className="number">{number(count)}</span> {word}
        </Link>
      ))}
    </div>
  );
}

interface BranchProps {
  readonly runId: string;
  readonly filter: TaskRunsFilter;
  /** The address that keys are shown relative to, when they are addresses. */
  readonly base: string;
}

/** The children of one task run, or one flat list. */
function Branch({ runId, filter, base }: BranchProps): ReactElement {
  const query = useInfiniteQuery(taskRunsQuery(runId, filter));
  const flat = filter.parent === undefined;
  return (
    <Loaded query={query} what="task runs">
      {({ pages }) => (
        <>
          <ul>
            {pages.flatMap((page) =>
              page.items.map((item) => <Node key={item.id} taskRun={item} flat={flat} base={base} />),
            )}
          </ul>
          <LoadMore query={query} what="task runs" />
        </>
      )}
    </Loaded>
  );
}

interface NodeProps {
  readonly taskRun: TaskRun;
  readonly flat: boolean;
  readonly base: string;
}

/** Thousands may be on the page while one of them changes, so only that one is drawn again. */
const Node = memo(function Node({ taskRun, flat, base }: NodeProps): ReactElement {
  const [open, setOpen] = useState(taskRun.parent === null);
  const expandable = !flat && taskRun.subtasks > 0;
  const selected = route.useSearch({ select: (search) => search.task === taskRun.id });
  return (
    <li>
      <div className="tree-row" data-selected={selected}>
        {expandable ? (
          <button
            type="button"
            className="tree-toggle"
            aria-expanded={open}
            aria-label={`Subtasks of ${labelOf(taskRun, base)}`}
            onClick={() => setOpen(!open)}
          >
            <Icon name="chevron" />
          </button>
        ) : (
          <span />
        )}
        <Row taskRun={taskRun} label={labelOf(taskRun, base)} selected={selected} />
      </div>
      {expandable && open && <Branch runId={taskRun.run} filter={{ parent: taskRun.id }} base={taskRun.key ?? base} />}
    </li>
  );
});

function Row({ taskRun, label, selected }: { taskRun: TaskRun; label: string; selected: boolean }): ReactElement {
  return (
    <Link
      to="."
      search={(search) => ({ ...search, task: selected ? undefined : taskRun.id, tab: undefined })}
      resetScroll={false}
      className="tree-link"
      aria-current={selected}
      onKeyDown={moveFocus}
    >
      <StateDot state={taskRun.state} />
      <span className="truncate" title={taskRun.key ?? taskRun.task}>
        {label}
      </span>
      {taskRun.pausedAt !== null && <span className="tag">paused</span>}
      {taskRun.totals !== null && <Below counts={taskRun.totals} tolerated={toleratedIn(taskRun)} />}
      <span className="end">
        <Elapsed from={taskRun.startedAt} to={taskRun.finishedAt} />
      </span>
    </Link>
  );
}

/** How many task runs are below it, on all levels. */
function Below({ counts, tolerated }: { counts: Counts; tolerated: number }): ReactElement {
  const states = presentStates(counts);
  const total = states.reduce((sum, [, count]) => sum + count, 0);
  const title = `Below it: ${states.map(([state, count]) => `${number(count)} ${state}`).join(", ")}`;
  return (
    <span className="tag" title={title}>
      {number(total)}
      {failedText(counts.failed, tolerated)}
    </span>
  );
}

function labelOf(taskRun: TaskRun, base: string): string {
  return taskRun.parent === null || taskRun.key === null ? taskRun.task : relativeKey(taskRun.key, base);
}

/** Where a crawl began, or nothing. */
function startOf(run: Run): string {
  return typeof run.input.url === "string" ? run.input.url : "";
}

/** Up and down move between rows, right and left open and close. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...(event.currentTarget.closest(".tree")?.querySelectorAll<HTMLElement>(".tree-link") ?? [])];
  const at = links.indexOf(event.currentTarget);
  if (step !== undefined) {
    event.preventDefault();
    links[at + step]?.focus();
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    const toggle = links[at]?.closest(".tree-row")?.querySelector<HTMLElement>(".tree-toggle");
    if (toggle?.ariaExpanded === String(event.key === "ArrowLeft")) toggle.click();
  }
}
