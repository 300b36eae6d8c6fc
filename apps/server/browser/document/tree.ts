/** A page's elements as htmlparser2 reads them, and one walk over them that no depth of nesting can break. */
import { DomHandler, type parseDocument } from "htmlparser2";
import { FlatParser, type Syntax } from "./flat-parser.ts";

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

/** Reads a page as a tree. */
export function parseHtml(html: string, syntax: Syntax = "html"): Tree {
  const handler = new DomHandler();
  const parser = new FlatParser(handler, syntax);
  parser.write(html);
  parser.end();
  return handler.root;
}

export function isElement(node: Node): node is Element {
  return node.type === "tag" || node.type === "script" || node.type === "style";
}

/** Visits everything below `root` in document order. */
export function walk(root: Tree | Element, visitor: Visitor): void {
  const open: { readonly element: Tree | Extract<Node, { children: Node[] }>; next: number }[] = [
    { element: root, next: 0 },
  ];
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const node = top.element.children[top.next++];
    if (!node) {
      open.pop();
      if (top.element !== root && "attribs" in top.element) visitor.leave?.(top.element);
    } else if (node.type === "text") {
      visitor.text?.(node.data);
    } else if (node.type === "cdata") {
      open.push({ element: node, next: 0 });
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
