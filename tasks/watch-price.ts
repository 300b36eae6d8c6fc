// Open a product page in a real browser, read its price, and keep one record per look.
import { browser, fail, z } from "ultravisor";

export default browser({
  description: "Record the price a page shows",
  input: z.object({
    url: z.url().describe("The product's page"),
    selector: z.string().default("[itemprop=price], .price").describe("CSS selector of the price"),
  }),
  retry: { attempts: 2 },
  timeout: "2m",
  async run({ input, page, state, save, log }) {
    await page.goto(input.url, { waitUntil: "domcontentloaded" });
    const shown = (await page.locator(input.selector).first().innerText()).trim();
    const price = Number(
      shown
        .replace(/[^\d.,]/g, "")
        .replace(/,(?=\d{3}\b)/g, "")
        .replace(",", "."),
    );
    if (!Number.isFinite(price) || price === 0)
      fail(`expected a price at ${input.selector}, got ${JSON.stringify(shown)}`);

    const before = await state.get(`price ${input.url}`);
    await state.set(`price ${input.url}`, price);
    await save("prices", { url: input.url, title: await page.title(), price, shown, at: new Date().toISOString() });
    log(before === undefined ? `first look: ${price}` : `was ${before}, is ${price}`);
    return { price, before: before ?? null, changed: before !== undefined && before !== price };
  },
});
