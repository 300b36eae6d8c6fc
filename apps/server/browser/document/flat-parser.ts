/**
 * The parser of pages, which no depth of nesting can slow down: each level costs time with each element. As in Chromium, what is
 * deeper than 512 levels lies beside each other there: old pages open thousands of `<a name>` and `<font>` and close none of them.
 */
import { Parser } from "htmlparser2";

/** `xml`: an element may end with its opening tag, and CDATA is text, as in XHTML. */
export type Syntax = "html" | "xml";

export const MAX_DEPTH = 512;
/** What is in these is no content of the page, or belongs together; so they stay elements for as long again. */
const WHOLE = new Set("form iframe math noscript option script select style svg template textarea title".split(" "));

export class FlatParser extends Parser {
  #depth = 0;
  /** The tag that is being read opens an element that is too deep to hold others. */
  #isFlat = false;

  constructor(handler: NonNullable<ConstructorParameters<typeof Parser>[0]>, syntax: Syntax = "html") {
    const isXml = syntax === "xml";
    super(handler, { recognizeSelfClosing: isXml, recognizeCDATA: isXml });
    // The parser calls these; the handler is told as ever.
    const [opened, closed] = [handler.onopentag?.bind(handler), handler.onclosetag?.bind(handler)];
    handler.onopentag = (name, attributes, isImplied) => {
      this.#depth += 1;
      opened?.(name, attributes, isImplied);
    };
    handler.onclosetag = (name, isImplied) => {
      this.#depth -= 1;
      closed?.(name, isImplied);
    };
  }

  /** Zero bytes are left out, as browsers do: they come from files in two-byte encodings that say so nowhere, and from broken programs. */
  override write(chunk: string): void {
    super.write(chunk.includes("\0") ? chunk.replaceAll("\0", "") : chunk);
  }

  override onopentagname(start: number, endIndex: number): void {
    this.#isFlat = this.#depth >= MAX_DEPTH;
    super.onopentagname(start, endIndex);
  }

  override onclosetag(start: number, endIndex: number): void {
    this.#isFlat = false;
    super.onclosetag(start, endIndex);
  }

  protected override isVoidElement(name: string): boolean {
    return super.isVoidElement(name) || (this.#isFlat && (this.#depth >= 2 * MAX_DEPTH || !WHOLE.has(name)));
  }
}
