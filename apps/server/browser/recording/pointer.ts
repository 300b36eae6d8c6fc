/** Clicks of recorded flows: with any button, and with a finger or a pen as well as with a mouse. */
import type { Locator, Page } from "playwright-core";
import { within } from "../within.ts";

export interface Clicking {
  readonly deviceType?: "mouse" | "pen" | "touch" | undefined;
  readonly button?: keyof typeof BUTTONS | undefined;
  /** From the element's upper left corner, in pixels. */
  readonly offsetX: number;
  readonly offsetY: number;
  /** Milliseconds between pressing and letting go. */
  readonly duration?: number | undefined;
}

const BUTTONS = { primary: "left", auxiliary: "middle", secondary: "right", back: "back", forward: "forward" } as const;
/** Which bit of `MouseEvent.buttons` a button is. */
const BITS = { left: 1, right: 2, middle: 4, back: 8, forward: 16 } as const;

const ANSWER_TIMEOUT = 1000;
/**
 * How long an element may be covered: by a spinner, say. Then the point is clicked that was recorded, as Recorder does, whatever
 * lies there: the hole of a shape, or a frame whose place Playwright reckons otherwise.
 */
const REACH_TIMEOUT = 1500;

export async function pointAndClick(
  { target, timeout }: { readonly target: Page; readonly timeout: number },
  locator: Locator,
  { deviceType = "mouse", button = "primary", offsetX, offsetY, duration }: Clicking,
  count: 1 | 2,
): Promise<void> {
  const named = BUTTONS[button];
  await locator.scrollIntoViewIfNeeded({ timeout });
  const box = await placeOf(locator, timeout);
  // Where the element has become smaller than it was, its middle is meant.
  const fits = offsetX >= 0 && offsetY >= 0 && offsetX < box.width && offsetY < box.height;
  const point = { x: box.x + (fits ? offsetX : box.width / 2), y: box.y + (fits ? offsetY : box.height / 2) };
  if (deviceType !== "mouse" || named === "back" || named === "forward")
    return press(target, point, { deviceType, named, count });
  const position = fits ? { position: { x: offsetX, y: offsetY } } : {};
  const options = { button: named, ...(duration === undefined ? {} : { delay: duration }) };
  const reachable = { ...options, ...position, timeout: Math.min(timeout / 2, REACH_TIMEOUT) };
  const click = count === 2 ? locator.dblclick.bind(locator) : locator.click.bind(locator);
  const isReached = await click({ ...reachable, trial: true }).then(
    () => true,
    () => false,
  );
  if (isReached) return click({ ...reachable, timeout });
  await target.mouse.click(point.x, point.y, { ...options, clickCount: count });
}

/** Where an element is in its window, with the borders of the frames around it, which Playwright leaves out of some. */
async function placeOf(locator: Locator, timeout: number): Promise<DOMRect> {
  const element = await locator.elementHandle({ timeout });
  const place = await element.evaluate((node) => (node as Element).getBoundingClientRect().toJSON() as DOMRect);
  for (let frame = await element.ownerFrame(); frame?.parentFrame(); frame = frame.parentFrame()) {
    const holder = await frame.frameElement();
    const inner = await holder.evaluate((node) => {
      const { clientLeft, clientTop } = node as Element;
      const outer = (node as Element).getBoundingClientRect();
      const { paddingLeft, paddingTop } = getComputedStyle(node as Element);
      return {
        x: outer.x + clientLeft + Number.parseFloat(paddingLeft),
        y: outer.y + clientTop + Number.parseFloat(paddingTop),
      };
    });
    place.x += inner.x;
    place.y += inner.y;
  }
  return place;
}

interface Press {
  readonly deviceType: "mouse" | "pen" | "touch";
  readonly named: keyof typeof BITS;
  readonly count: 1 | 2;
}

/** What Playwright's own clicks cannot do: other devices, and the buttons at the side of a mouse. */
async function press(
  target: Page,
  { x, y }: { readonly x: number; readonly y: number },
  { deviceType, named, count }: Press,
): Promise<void> {
  const session = await target.context().newCDPSession(target);
  for (let clickCount = 1; clickCount <= count; clickCount += 1) {
    if (deviceType === "touch") {
      await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
      await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      continue;
    }
    const event = { x, y, button: named, buttons: BITS[named], clickCount, pointerType: deviceType };
    await session.send("Input.dispatchMouseEvent", { ...event, type: "mousePressed" });
    const released = session.send("Input.dispatchMouseEvent", { ...event, type: "mouseReleased", buttons: 0 });
    // Chromium does not answer when the button took the page back or forward.
    await within(ANSWER_TIMEOUT, released).catch(() => {});
  }
  await session.detach().catch(() => {});
}
