// A person with a browser looks at what a fax call carried: sent and received beside each other, and the proof that they are the same.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, finished, fixture, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
});
afterAll(() => browser?.close());

const TIFF = { name: "two-pages.tif", base64: Buffer.from(fixture("two-pages.tif")).toString("base64") };

async function faxTo(number: string) {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: [number],
    documents: [TIFF],
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  return `${id}.0.1` as const;
}

const scrolls = (on: Page) =>
  on.evaluate("[...document.querySelectorAll('.page-pane')].map((p) => [p.scrollLeft, p.scrollTop])") as Promise<
    [number, number][]
  >;

it("two pages that arrived are shown beside what was sent, and not one pel differs", async () => {
  const key = await faxTo("+493023125042");
  await page.goto(`${GATEWAY}/calls/${key}?view=pages`);
  await page.getByText(/^0 of 7,\d{3},\d{3} pels differ$/).waitFor();
  expect(await page.locator(".page-strip li").count()).toBe(2);
  await page.locator(".page-strip").getByText("identical").nth(1).waitFor();
  await page.getByRole("img", { name: "sent, page 1" }).waitFor();
  await page.getByRole("img", { name: "received, page 1" }).waitFor();
  await expectAccessible(page);
});

it("both sides move together, by key and by dragging, and every state is a URL", async () => {
  await page.getByRole("link", { name: "100 %" }).click();
  await page.waitForURL("**zoom=100**");
  await page.locator(".page-pane.zoomed img").nth(1).waitFor();
  await page.locator(".page-pane").first().focus();
  await page.keyboard.press("ArrowDown");
  const byKey = await eventually(
    () => scrolls(page),
    ([left, right]) => (left?.[1] ?? 0) > 0 && left?.[1] === right?.[1],
  );
  const box = await page.locator(".page-pane").nth(1).boundingBox();
  if (!box) throw new Error("the second pane has no place");
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 80, box.y + 120, { steps: 4 });
  await page.mouse.up();
  await eventually(
    () => scrolls(page),
    ([left, right]) => (left?.[0] ?? 0) >= 100 && (left?.[1] ?? 0) > (byKey[0]?.[1] ?? 0) && left?.[0] === right?.[0],
  );
});

it("the keyboard alone turns pages, zooms and shows the sides in turn", async () => {
  await page.keyboard.press("0");
  await page.waitForURL((url) => !url.searchParams.has("zoom"));
  await page.keyboard.press("PageDown");
  await page.waitForURL("**page=2**");
  await page.keyboard.press("+");
  await page.waitForURL("**zoom=100**");
  await page.getByRole("img", { name: "sent, page 2" }).waitFor();
  await page.keyboard.press("w");
  await page.locator("button[aria-pressed=true]", { hasText: "Blink" }).waitFor();
  // One pane, in turn the one side and the other.
  expect(await page.locator(".page-pane").count()).toBe(1);
  await page.getByRole("img", { name: "received, page 2" }).waitFor();
  await page.getByRole("img", { name: "sent, page 2" }).waitFor();
  await page.keyboard.press("w");
  await page.getByRole("link", { name: "difference" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**show=difference**");
  await page.getByText("black in both").waitFor();
  await page.reload();
  await page.getByRole("img", { name: "difference, page 2" }).waitFor();
});

it("a page of 98 lines to the inch is drawn as tall as it is on paper", async () => {
  const key = await faxTo("+493023125914");
  await page.goto(`${GATEWAY}/calls/${key}?view=pages&show=received`);
  await page.getByText("204 × 98 dpi").waitFor();
  const picture = page.getByRole("img", { name: "received, page 1" });
  await picture.waitFor();
  const box = await picture.boundingBox();
  expect((box?.height ?? 0) / (box?.width ?? 1)).toBeCloseTo(297 / 215, 1);
});

it("pages that did not arrive are told as lost, and of one that broke off how much came", async () => {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125918"],
    documents: [TIFF, { ...TIFF, name: "again.tif" }],
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  await page.goto(`${GATEWAY}/calls/${id}.0.1?view=pages`);
  await page.getByText(/did not arrive$/).waitFor();
  const broken = await faxTo("+493023125700");
  // The machine puts what came of it into its tray after the end of the call.
  await eventually(
    () => client.callPages(broken),
    ({ pages }) => pages.some(({ received }) => received !== undefined),
  );
  await page.goto(`${GATEWAY}/calls/${broken}?view=pages`);
  await page.getByText(/only \d+ of 2,292 lines arrived/).waitFor();
  await page.getByRole("img", { name: "sent, page 1" }).waitFor();
});

it("a call without pages says so", async () => {
  const key = await faxTo("+493023125400");
  await page.goto(`${GATEWAY}/calls/${key}?view=pages`);
  await page.getByText(/No page went over the line|are not there/).waitFor();
});

it("fits a telephone in the dark", async () => {
  const key = await faxTo("+493023125042");
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  for (const query of ["view=pages", "view=pages&zoom=400", "view=pages&show=difference&zoom=100"]) {
    await narrow.page.goto(`${GATEWAY}/calls/${key}?${query}`);
    await narrow.page.locator(".page-pane img").first().waitFor();
    expect({ query, beyond: await widthBeyond(narrow.page) }).toEqual({ query, beyond: 0 });
  }
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host", () => {
  expect(window.strangers).toEqual([]);
});
