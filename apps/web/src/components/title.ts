/** The name of the screen in the browser's tab, bookmarks and history. */
import { useEffect } from "react";

/** @param parts from the particular to the general; what is undefined is left out */
export function useTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts, "Ultravisor"].filter((part) => part !== undefined).join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
