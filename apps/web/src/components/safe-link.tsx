/** Text that came from the web: a link only if it is plainly an http(s) address, and never trusted further. */
import type { ReactElement } from "react";
import { safeUrl } from "../format.ts";

export function SafeLink({ text }: { text: string }): ReactElement {
  const url = safeUrl(text);
  if (url === null) return <>{text}</>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}
