/**
 * Run inside of every frame of a recorded page, not here: they tell what is done there as it is done, with selectors that lead to the
 * element now. They may use nothing but what they are given, what `describe-element.ts` left there, and the page's own globals.
 */
import type { PageNames, Selectors } from "./describe-element.ts";
import type { Told } from "./step-writer.ts";

type Tell = (told: Told) => void;
type Describe = (element: Element) => Selectors;

export function watchPointer({ tell, describe }: PageNames): void {
  const USED = "a[href],button,input,select,textarea,label,summary,[role],[contenteditable]";
  const page = globalThis as unknown as Record<string, Tell & Describe>;
  let labelled: Element | null = null;
  const click = (type: "click" | "doubleClick", event: MouseEvent): void => {
    const [on] = event.composedPath();
    // Keys and labels click as well: what they do, they do again.
    const isEcho = !event.isTrusted || event.detail === 0 || (labelled !== null && labelled === on);
    labelled = null;
    if (isEcho || !(on instanceof Element)) return;
    const element = on.closest(USED) ?? on;
    if (element instanceof HTMLLabelElement) labelled = element.control;
    const { left, top } = element.getBoundingClientRect();
    const button = (["primary", "auxiliary", "secondary", "back", "forward"] as const)[event.button] ?? "primary";
    const [offsetX, offsetY] = [event.clientX - left, event.clientY - top];
    const selectors = page[describe]?.(element) ?? [];
    page[tell]?.({ type, selectors, offsetX, offsetY, ...(button === "primary" ? {} : { button }) });
  };
  addEventListener("click", (event) => click("click", event), true);
  addEventListener("auxclick", (event) => click("click", event), true);
  addEventListener("dblclick", (event) => click("doubleClick", event), true);
}

export function watchTyping({ tell, describe }: PageNames): void {
  const page = globalThis as unknown as Record<string, Tell & Describe>;
  /** Their values are set, not typed: the event is Playwright's. */
  const SET = /^(date|time|month|week|datetime-local|color|range)$/;
  const NOT_TYPED = /^(checkbox|radio|button|submit|reset|file|image)$/;
  const valueAt = (on: unknown, isTrusted: boolean): string | null => {
    if (on instanceof HTMLSelectElement) return on.value;
    if (on instanceof HTMLInputElement)
      return NOT_TYPED.test(on.type) || !(isTrusted || SET.test(on.type)) ? null : on.value;
    if (!isTrusted || !(on instanceof HTMLElement)) return null;
    return on instanceof HTMLTextAreaElement ? on.value : on.isContentEditable ? on.innerText : null;
  };
  const change = (event: Event): void => {
    const [on] = event.composedPath();
    if (on instanceof HTMLInputElement && on.type === "file")
      page[tell]?.({ type: "unknown", what: "a file was chosen" });
    const value = valueAt(on, event.isTrusted);
    if (value === null || !(on instanceof Element)) return;
    const secret = on instanceof HTMLInputElement && on.type === "password" ? on.name || on.id || "password" : null;
    page[tell]?.({
      type: "change",
      selectors: page[describe]?.(on) ?? [],
      value: secret === null ? value : "",
      secret,
    });
  };
  addEventListener("input", change, true);
  const key = (event: KeyboardEvent, isDown: boolean): void => {
    const [on] = event.composedPath();
    const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isEditing = isText || ["Backspace", "Delete", "Shift"].includes(event.key);
    // What is typed is told as the value that comes of it.
    const isTyping = isDown && isEditing && valueAt(on, true) !== null;
    if (event.isTrusted && !event.repeat && !isTyping) page[tell]?.({ type: "key", key: event.key, isDown });
  };
  addEventListener("keydown", (event) => key(event, true), true);
  addEventListener("keyup", (event) => key(event, false), true);
}

export function watchScrolling({ tell, describe }: PageNames): void {
  const page = globalThis as unknown as Record<string, Tell & Describe>;
  let scrolling: ReturnType<typeof setTimeout> | undefined;
  const scrolled = (on: EventTarget | undefined): void => {
    if (!(on instanceof Element) || on === document.scrollingElement) {
      page[tell]?.({ type: "scroll", x: scrollX, y: scrollY });
    } else page[tell]?.({ type: "scroll", selectors: page[describe]?.(on) ?? [], x: on.scrollLeft, y: on.scrollTop });
  };
  const listener = (event: Event): void => {
    const [on] = event.composedPath();
    clearTimeout(scrolling);
    scrolling = setTimeout(scrolled, 50, on);
  };
  addEventListener("scroll", listener, true);
}
