/** Finds a name that stands twice in one object of a JSON text: the parser takes the last and says nothing. */

/**
 * @param text valid JSON
 * @returns the first repeated name, or null
 */
export function repeatedName(text: string): string | null {
  /** Names of every open object; null for an open list. */
  const open: (Set<string> | null)[] = [];
  for (const [token, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      const names = open.at(-1);
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return null;
}
