/** The frame around every screen: navigation, warnings of the server, colours, whether updates are live. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useEffect, useRef } from "react";
import { followEvents, useIsLive } from "../live.ts";
import { approvalsQuery, healthQuery } from "../queries.ts";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";
import { ThemeButton } from "./theme-button.tsx";
import { Warnings } from "./warnings.tsx";

export function Shell(): ReactElement {
  const client = useQueryClient();
  useEffect(() => followEvents(client), [client]);
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="side">
        <Link to="/runs" className="brand">
          <img src="/favicon.svg" alt="" />
          Ultravisor
        </Link>
        <Navigation />
        <SideFoot />
      </header>
      <main className="main" id="main" tabIndex={-1}>
        <div className="page">
          <Warnings />
          <Outlet />
        </div>
      </main>
    </div>
  );
}

const SCREENS = [
  { to: "/runs", label: "Runs", icon: "runs" },
  { to: "/tasks", label: "Tasks", icon: "tasks" },
  { to: "/schedule", label: "Schedule", icon: "schedule" },
  { to: "/approvals", label: "Approvals", icon: "approvals" },
  { to: "/data", label: "Data", icon: "data" },
  { to: "/state", label: "State", icon: "state" },
  { to: "/sessions", label: "Sessions", icon: "sessions" },
] as const satisfies readonly { to: string; label: string; icon: IconName }[];

/** Served by the server itself, so they are links out of this app. */
const OUTSIDE = [
  { href: "/queues", label: "Queues", icon: "queues" },
  { href: "/docs", label: "Docs", icon: "docs" },
] as const;

function Navigation(): ReactElement {
  const nav = useRef<HTMLElement>(null);
  const screen = useLocation({ select: ({ pathname }) => pathname.split("/")[1] });
  // On narrow windows the links are a line that scrolls.
  useEffect(() => {
    const link = nav.current?.querySelector(`a[href="/${screen}"]`);
    link?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [screen]);
  return (
    <nav className="nav" aria-label="Screens" ref={nav}>
      <ul>
        {SCREENS.map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ includeSearch: false }}>
              <Icon name={icon} />
              {label}
              {to === "/approvals" && <Waiting />}
            </Link>
          </li>
        ))}
      </ul>
      <ul className="outside">
        {OUTSIDE.map(({ href, label, icon }) => (
          <li key={href}>
            <a href={href}>
              <Icon name={icon} />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How many questions wait for a person. */
function Waiting(): ReactElement | null {
  const { data } = useQuery(approvalsQuery);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <span className="tag" title="wait for your word">
      {data.items.length}
      {data.next !== null && "+"}
    </span>
  );
}

function SideFoot(): ReactElement {
  const live = useIsLive();
  const { data, error } = useQuery(healthQuery);
  const connection = error !== null ? "Unreachable" : live ? "Live" : "Polling";
  return (
    <div className="side-foot">
      <span className="connection" data-state={connection} role="status">
        {connection}
        {data !== undefined && <span className="version"> · {data.version}</span>}
      </span>
      <ThemeButton />
    </div>
  );
}
