/** A page's elements as htmlparser2 reads them, and one walk over them that no depth of nesting can break. */
import { DomHandler, Parser, type parseDocument } from "htmlparser2";

export type Tree = ReturnType<typeof parseDocument>;
export type Node = Tree["children"][number];
export type Element = Extract<Node, { attribs: Record<string, string> }>;

export interface Visitor {
  /** Whether to go into the element. */
  enter(element: Element): boolean;
  leave?(element: Element): void;
  text?(data: string): void;
}

/** As much of an element as its opening tag tells. */
export interface Tag {
  readonly name: string;
  readonly attribs: Readonly<Record<string, string | undefined>>;
}

/** No page that anybody wrote nests this deep (Chromium itself flattens below 512), and each level costs time. */
export const MAX_DEPTH = 5000;

/** Reads a page; what comes after a nesting deeper than any real one is dropped. */
export function parseHtml(html: string): Tree {
  const handler = new ShallowHandler();
  const parser = new Parser(handler);
  handler.stop = () => parser.pause();
  parser.write(html);
  parser.end();
  return handler.root;
}

class ShallowHandler extends DomHandler {
  stop: () => void = () => {};
  #depth = 0;

  override onopentag(name: string, attributes: Record<string, string>): void {
    this.#depth += 1;
    super.onopentag(name, attributes);
    if (this.#depth > MAX_DEPTH) this.stop();
  }

  override onclosetag(): void {
    this.#depth -= 1;
    super.onclosetag();
  }
}

export function isElement(node: Node): node is Element {
  return node.type === "tag" || node.type === "script" || node.type === "style";
}

/** Visits everything below `root` in document order. */
export function walk(root: Tree | Element, visitor: Visitor): void {
  const open: { readonly element: Tree | Element; next: number }[] = [{ element: root, next: 0 }];
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const node = top.element.children[top.next++];
    if (!node) {
      open.pop();
      if (top.element !== root && "attribs" in top.element) visitor.leave?.(top.element);
    } else if (node.type === "text") {
      visitor.text?.(node.data);
    } else if (isElement(node)) {
      if (visitor.enter(node)) open.push({ element: node, next: 0 });
      else visitor.leave?.(node);
    }
  }
}

/** A `<template>` is dead until a script uses it, save for one that declares a shadow root. */
export function isDead(element: Tag): boolean {
  return element.name === "template" ? element.attribs.shadowrootmode === undefined : element.name === "noscript";
}

/** White space folded to single blanks. */
export function fold(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
