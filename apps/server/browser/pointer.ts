/** Clicks of recorded flows: with any button, and with a finger or a pen as well as with a mouse. */
import type { Locator, Page } from "playwright-core";
import { within } from "./within.ts";

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

export async function pointAndClick(
  { target, timeout }: { readonly target: Page; readonly timeout: number },
  locator: Locator,
  { deviceType = "mouse", button = "primary", offsetX, offsetY, duration }: Clicking,
  count: 1 | 2,
): Promise<void> {
  const named = BUTTONS[button];
  await locator.scrollIntoViewIfNeeded({ timeout });
  const box = await locator.boundingBox({ timeout });
  // Where the element has become smaller than it was, its middle is meant.
  const fits = box !== null && offsetX >= 0 && offsetY >= 0 && offsetX < box.width && offsetY < box.height;
  if (deviceType === "mouse" && named !== "back" && named !== "forward") {
    const position = fits ? { position: { x: offsetX, y: offsetY } } : {};
    const options = { ...position, button: named, timeout, ...(duration === undefined ? {} : { delay: duration }) };
    return count === 2 ? locator.dblclick(options) : locator.click(options);
  }
  if (!box) throw new Error("the element has no place on the page.");
  const x = box.x + (fits ? offsetX : box.width / 2);
  const y = box.y + (fits ? offsetY : box.height / 2);
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
