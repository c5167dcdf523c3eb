// A person looks at calls: why each came out so, its ladder live and played, bit by bit, drawn to scale, and what was chosen of what was offered.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, finished, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;
/** A job with every kind of call: busy, damaged frames, a refused page, busy once. */
let job: number;
const [BUSY, DAMAGED, REFUSED, BUSY_ONCE] = [0, 1, 2, 3];

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  ({ id: job } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125101", "+493023125916", "+493023125915", "+493023125821"],
    text: "What happened to this fax, and why\n".repeat(40),
    options: { busyRedials: 1 },
  }));
  await finished(String(job));
});
afterAll(() => browser?.close());

const open = (n: number, k = 1, query = "") => page.goto(`${GATEWAY}/calls/${job}.${n}.${k}${query}`);
const rowNamed = (name: RegExp) =>
  page.locator(".ladder tbody tr", { has: page.locator(".line-name", { hasText: name }) });

it("BUSY is told in plain words, and leads to the answer of the exchange with its text", async () => {
  await open(BUSY);
  const why = page.locator(".why");
  await why.getByText("BUSY").first().waitFor();
  await why.getByText("The number is busy.").waitFor();
  await why.getByRole("link", { name: /486 Busy Here/ }).click();
  await page.waitForURL("**row=1");
  await page.locator(".ladder tbody tr.picked", { hasText: /486/ }).waitFor();
  await page.locator(".decoded pre", { hasText: "SIP/2.0 486 Busy Here" }).waitFor();
  await expectAccessible(page);
});

it("an attempt leads to the next one and back", async () => {
  await open(BUSY_ONCE);
  await page.locator(".why a[rel=next]").click();
  await page.waitForURL(`**/calls/${job}.3.2`);
  await page.locator(".why-outcome", { hasText: "OK" }).waitFor();
  await page.locator(".why a[rel=prev]").click();
  await page.locator(".why-outcome", { hasText: "BUSY" }).waitFor();
});

it("damaged frames are marked, mapped, and seen again when they are repeated", async () => {
  await open(DAMAGED);
  const pages = rowNamed(/^page data$/);
  await pages.nth(1).waitFor();
  await pages.nth(0).getByText("damaged").waitFor();
  await pages.nth(1).getByText("repeated").waitFor();
  await pages.nth(0).locator("button").click();
  const map = page.locator(".frame-map");
  await map.getByText(/[1-9]\d* damaged, 0 repeated/).waitFor();
  expect(await map.locator(".cells i").count()).toBe(256);
  const damaged = await map.locator(".cells .bad").count();
  expect(damaged).toBeGreaterThan(0);
  await expectAccessible(page);
  await pages.nth(1).locator("button").click();
  await map.getByText(`0 damaged, ${damaged} repeated`).waitFor();
  expect(await map.locator(".cells .again").count()).toBe(damaged);
});

it("a refused page shows who refused it, and the page sent again", async () => {
  await open(REFUSED);
  await rowNamed(/^RTN$/).first().waitFor();
  const pages = rowNamed(/^page data$/);
  expect(await pages.count()).toBe(2);
  await pages.nth(1).getByText("repeated").waitFor();
  await rowNamed(/^RTN$/).getByText("not received well, train again").waitFor();
});

it("the keyboard alone walks the ladder, takes a frame apart, and plays it", async () => {
  await open(DAMAGED);
  await page.locator(".line-name").first().focus();
  await page.keyboard.press("End");
  const last = (await page.locator(".line-name").count()) - 1;
  await page.waitForURL(`**row=${last}`);
  await page.keyboard.press("Home");
  // As fast as a key repeats: no press is lost, however slowly the page follows.
  await page.evaluate(`for (let i = 0; i < 8; i++) {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  }`);
  await page.waitForURL("**row=8");
  await page.locator(".decoded h2", { hasText: "DIS" }).waitFor();
  // From the ladder on to the fields: the data rate's four bits are 1101 in octet 77.
  await page.locator(".decoded").getByRole("button", { name: "data rate" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".octets mark").allTextContents()).toEqual(["1", "1", "0", "1"]);
  await page.getByLabel("Speed").selectOption("2");
  await page.locator(".line-name").first().focus();
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(await page.locator(".line-name").count()).toBeLessThan(last);
  await page.getByRole("button", { name: "show all" }).click();
  await expect.poll(() => page.locator(".line-name").count()).toBe(last + 1);
});

it("who wants no motion gets the rows one by one", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(DAMAGED);
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByText(/2 of \d+ rows/).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play" }).waitFor();
  const shown = await page.locator(".line-name").count();
  await page.getByRole("button", { name: "Next row" }).click();
  await expect.poll(() => page.locator(".line-name").count()).toBe(shown + 1);
  await page.emulateMedia({ reducedMotion: null });
});

it("drawn to scale a training check is higher than a frame, and what would be too high is marked", async () => {
  await open(DAMAGED, 1, "?scale=1");
  const height = async (name: RegExp) => (await rowNamed(name).first().boundingBox())?.height ?? 0;
  await rowNamed(/^TCF$/).waitFor();
  expect(await height(/^TCF$/)).toBeGreaterThan(2 * (await height(/^CFR$/)));
  await page.getByText("compressed").first().waitFor();
  await page.getByLabel("to scale").uncheck();
  await page.waitForURL((url) => !url.search.includes("scale"));
  await expect.poll(() => height(/^TCF$/)).toBeLessThan(40);
});

it("what was offered stands beside what was chosen, also against another attempt", async () => {
  await open(BUSY_ONCE, 2, "?view=compare");
  const row = (name: string) => page.locator(".compare tbody tr", { hasText: name });
  await row("T.6 coding (MMR)").getByText("used", { exact: true }).waitFor();
  await row("two-dimensional coding (MR)").getByText("not chosen by us").waitFor();
  await row("uncompressed mode").getByText("not offered").waitFor();
  await page.locator(".compare select").selectOption({ index: 1 });
  await page.getByText("This call brought no DIS", { exact: false }).waitFor();
  await expectAccessible(page);
});

it("a call can be kept as capture, JSON and text", async () => {
  await open(DAMAGED);
  for (const [button, ending] of [
    ["pcap", "pcap"],
    ["JSON", "json"],
    ["Text", "txt"],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`call-${job}.1.1.${ending}`);
  }
});

it("a call on the line shows its rows as they happen, and its outcome with its end", async () => {
  const { speed, unpaced } = await client.clock();
  await client.changeClock({ speed: 1 });
  try {
    // Many pages: it is still on the line when a slow browser has looked at it.
    const text = "Live on the line\n".repeat(400);
    const { id } = await client.createJob({ channel: "fax", recipients: ["+493023125001"], text });
    await eventually(
      () => client.recipients(id).then(({ items }) => items[0]?.state),
      (state) => state === "sending",
    );
    await page.goto(`${GATEWAY}/calls/${id}.0.1`);
    await page.locator(".why", { hasText: "on the line" }).waitFor();
    await page.locator(".line-name").first().waitFor();
    const early = await client.ladder(`${id}.0.1`);
    expect(early.live?.speed).toBe(1);
    expect(early.lines.map(({ name }) => name)).not.toContain("DCN");
    await expectAccessible(page);
    // The clock runs faster in the midst of the call, and the call with it.
    await client.changeClock({ speed: 20 });
    await rowNamed(/^DCN$/).waitFor();
    await page.locator(".why-outcome", { hasText: "OK" }).waitFor();
    await eventually(
      () => client.ladder(`${id}.0.1`),
      ({ live }) => live === undefined,
    );
    await page.locator(".ladder-tools", { hasNotText: "on the line ·" }).waitFor();
  } finally {
    await client.changeClock({ speed: unpaced ? "max" : speed });
  }
});

it("a call looked at before it is dialled says so, and comes alive by itself", async () => {
  const { speed, unpaced } = await client.clock();
  await client.changeClock({ speed: 1 });
  try {
    const { id } = await client.createJob({
      channel: "fax",
      recipients: ["+493023125002"],
      text: "Not yet\n".repeat(400),
      sendAt: new Date(Date.parse((await client.clock()).now) + 3_600_000).toISOString(),
    });
    await page.goto(`${GATEWAY}/calls/${id}.0.1`);
    await page.getByText("This call has not begun").waitFor();
    await client.changeClock({ advanceMs: 3_601_000 });
    await page.locator(".why", { hasText: "on the line" }).waitFor();
    await client.changeClock({ speed: 20 });
    await rowNamed(/^DCN$/).waitFor();
  } finally {
    await client.changeClock({ speed: unpaced ? "max" : speed });
  }
});

it("in German and in the dark, on a narrow screen, nothing sticks out and axe finds nothing", async () => {
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  for (const query of ["?row=8", "?scale=1&row=16", "?view=compare"]) {
    await narrow.page.goto(`${GATEWAY}/calls/${job}.1.1${query}`);
    await narrow.page.getByText("Alle Seiten wurden übertragen und bestätigt.").waitFor();
    await narrow.page.locator(".ladder, .compare").first().waitFor();
    await expectAccessible(narrow.page);
    expect({ query, beyond: await widthBeyond(narrow.page) }).toEqual({ query, beyond: 0 });
  }
  expect(narrow.complaints).toEqual([]);
  await narrow.context.close();
});

it("a fax that came in keeps the ladder of its call", async () => {
  const before = (await client.inbounds({ limit: 1 })).items[0]?.id ?? 0;
  await client.simulation.placeCall({ from: "+493023125001", to: "+493023125900", text: "Hello" });
  const fax = await eventually(
    () => client.inbounds({ limit: 1 }).then(({ items }) => items[0]),
    (one) => (one?.id ?? 0) > before,
  );
  const ladder = await eventually(
    () => client.inboundLadder(fax!.id).catch(() => undefined),
    (kept) => (kept?.lines.length ?? 0) > 0,
  );
  expect(ladder?.lines.map(({ name }) => name)).toEqual(expect.arrayContaining(["INVITE", "DIS", "DCS", "MCF", "DCN"]));
  expect((await client.inboundPcap(fax!.id)).size).toBeGreaterThan(100);
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  // A record that is not there yet is asked for and answered 404.
  expect(window.complaints.filter((text) => !text.includes("404"))).toEqual([]);
});
