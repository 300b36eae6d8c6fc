/** The few icons of the UI, drawn on a 16 × 16 grid with the colour of the text around them. */
import type { ReactElement, ReactNode } from "react";

export type IconName = keyof typeof ICONS;

/** Decorative: whatever it says must also stand in words nearby. */
export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {ICONS[name]}
    </svg>
  );
}

const disc = <circle cx="8" cy="8" r="6.9" fill="currentColor" stroke="none" />;
const ring = <circle cx="8" cy="8" r="6" />;

const ICONS = {
  succeeded: (
    <>
      {disc}
      <path d="m5.2 8.3 1.9 1.9 3.7-4.1" stroke="var(--surface)" />
    </>
  ),
  failed: (
    <>
      {disc}
      <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" stroke="var(--surface)" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6" opacity=".25" />
      <path className="turns" d="M8 2a6 6 0 0 1 6 6" />
    </>
  ),
  queued: (
    <>
      {ring}
      <path d="M8 4.8V8l2 1.4" />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="6" strokeDasharray="2.2 2.5" />,
  cancelled: (
    <>
      {ring}
      <path d="m4 12 8-8" />
    </>
  ),
  skipped: (
    <>
      {ring}
      <path d="M5.3 8h5.4" />
    </>
  ),
  runs: <path d="M2 4h3m-3 4h3m-3 4h3M8 4h6M8 8h6m-6 4h4" />,
  tasks: <path d="m2.5 4 1.2 1.2 2-2.4M2.5 11l1.2 1.2 2-2.4M8.5 4.2H14m-5.5 7H14" />,
  schedule: (
    <>
      {ring}
      <path d="M8 4.5V8h2.6" />
    </>
  ),
  data: (
    <>
      <ellipse cx="8" cy="3.8" rx="5.2" ry="2" />
      <path d="M2.8 3.8v8.4c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V3.8M2.8 8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2" />
    </>
  ),
  state: <path d="M6 2.5c-3 0-1 4.5-3.5 5.5C5 9 3 13.5 6 13.5m4-11c3 0 1 4.5 3.5 5.5C11 9 13 13.5 10 13.5" />,
  approvals: <path d="M2.5 3h11v7.5H8.4L5 13.4v-2.9H2.5zM5.6 6.8l1.6 1.5 3-3.1" />,
  sessions: (
    <>
      <circle cx="5.2" cy="10.8" r="2.7" />
      <path d="m7.2 8.9 6-6m-2.6 2.6 1.9 1.9" />
    </>
  ),
  queues: <path d="M2 5.2 8 2.5l6 2.7-6 2.7zM2.2 8.3 8 10.9l5.8-2.6M2.2 11.2 8 13.8l5.8-2.6" />,
  docs: (
    <path d="M8 4.2C6.5 3 4.5 2.7 2.3 2.8v9.6c2.2-.1 4.2.2 5.7 1.4 1.5-1.2 3.5-1.5 5.7-1.4V2.8C11.5 2.7 9.5 3 8 4.2Zm0 0v9.6" />
  ),
  warning: <path d="M8 2.3 14.3 13H1.7zM8 6.5v3m0 1.9v.1" />,
  chevron: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  download: <path d="M8 2.5v7m-3-2.8 3 3 3-3M2.8 13.3h10.4" />,
  system: <path d="M2 3h12v8H2zm3.5 10.5h5" />,
  light: (
    <path d="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Zm0-3.7v1m0 11v1M1.5 8h1m11 0h1M3.4 3.4l.7.7m7.8 7.8.7.7m0-9.2-.7.7m-7.8 7.8-.7.7" />
  ),
  dark: <path d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z" />,
  play: <path d="M4.5 2.8v10.4L13 8z" />,
  pause: <path d="M5.2 3v10m5.6-10v10" />,
} satisfies Record<string, ReactNode>;
