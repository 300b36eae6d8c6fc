/**
 * Live updates: one stream for the whole UI. A notice marks what it concerns as stale, and the screens that show it
 * ask again, at most once a second however many notices arrive. Without the stream, queries poll (see queries.ts).
 */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Event, Notice } from "./api.ts";
import { api } from "./client.ts";
import { EVERYTHING, staleAfterEvent, staleAfterNotice } from "./stale.ts";

const REFRESH_AT_MOST_EVERY = 1000;
const RECONNECT_AFTER = 5000;

let live = false;
const listeners = new Set<() => void>();

/** Whether the stream is connected now. */
export function isLive(): boolean {
  return live;
}

/** The same, for a component. */
export function useIsLive(): boolean {
  return useSyncExternalStore(listen, isLive);
}

/** Opens the stream; returns how to close it. */
export function followEvents(client: QueryClient): () => void {
  const refresh = refresher(client);
  let source: EventSource | null = null;
  let timer = 0;
  const open = (): void => {
    source = new EventSource(api.events.$url());
    source.onopen = () => {
      setLive(true);
      refresh(EVERYTHING);
    };
    source.addEventListener("event", (message) => refresh(staleAfterEvent(JSON.parse(message.data) as Event)));
    source.addEventListener("notice", (message) => refresh(staleAfterNotice(JSON.parse(message.data) as Notice)));
    source.onerror = () => {
      setLive(false);
      refresh([["health"]]);
      // The browser reconnects by itself unless the server refused the stream.
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, RECONNECT_AFTER);
    };
  };
  open();
  return () => {
    window.clearTimeout(timer);
    source?.close();
    setLive(false);
  };
}

/** Rounds follow each other and never overlap: however slow the answers, the last change is always asked for. */
function refresher(client: QueryClient): (keys: readonly QueryKey[]) => void {
  const waiting = new Map<string, QueryKey>();
  let planned = false;
  const round = async (): Promise<void> => {
    const keys = [...waiting.values()];
    waiting.clear();
    await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey }, { cancelRefetch: false })));
    planned = false;
    plan();
  };
  const plan = (): void => {
    if (planned || waiting.size === 0) return;
    planned = true;
    window.setTimeout(() => void round(), REFRESH_AT_MOST_EVERY);
  };
  return (keys) => {
    for (const key of keys) waiting.set(JSON.stringify(key), key);
    plan();
  };
}

function setLive(value: boolean): void {
  live = value;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
