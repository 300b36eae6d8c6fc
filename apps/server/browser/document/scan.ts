/** Reads a page tag by tag, without building a tree: a third of the cost. */
import { Parser } from "htmlparser2";
import { MAX_DEPTH, type Tag } from "./tree.ts";

export interface Scanner {
  /** @param depth of the element; the outermost has 1 */
  open(tag: Tag, depth: number): void;
  /** Also for elements that end without saying so. */
  close(name: string, depth: number): void;
  text(data: string): void;
}

/** What comes after a nesting deeper than any real one is not read. */
export function scan(html: string, scanner: Scanner): void {
  let depth = 0;
  const parser = new Parser({
    onopentag(name, attribs) {
      depth += 1;
      scanner.open({ name, attribs }, depth);
      if (depth > MAX_DEPTH) parser.pause();
    },
    onclosetag(name) {
      scanner.close(name, depth);
      depth -= 1;
    },
    ontext: (data) => scanner.text(data),
  });
  parser.write(html);
  parser.end();
}
