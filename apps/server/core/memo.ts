/** Results of pure functions of texts that come again and again, as the links in the navigation of a site do on each of its pages. */

/** Longer texts, such as `data:` addresses, are not worth their room. */
const LONGEST = 500;

/**
 * Remembers what `of` gave for the texts asked for lately: two generations of up to `most` each, the older of which is dropped when
 * the younger is full. What it gives is shared: nobody may change it.
 */
export function memo<T>(of: (text: string) => T, most = 2000): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    if (text.length > LONGEST) return of(text);
    const known = young.get(text);
    if (known !== undefined) return known;
    const result = old.get(text) ?? of(text);
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    young.set(text, result);
    return result;
  };
}
