// Chaos set by a person in the browser and met by real faxes; the simulated clock set forward.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, eventually, finished, GATEWAY } from "../post-office.ts";
import { expectAccessible, openBrowser, openWindow, type Watched, widthBeyond } from "./browser.ts";

let browser: Browser;
let window: Watched;
let page: Page;

async function calm(): Promise<void> {
  const { channels } = await client.simulation.chaos();
  for (const channel of ["fax", "sms", "mail", "letter"] as const)
    await client.simulation.setChaos({ [channel]: { probability: 0, fault: channels[channel].fault } });
}

beforeAll(async () => {
  browser = await openBrowser();
  window = await openWindow(browser);
  page = window.page;
  await calm();
});
afterAll(async () => {
  await calm();
  await browser?.close();
});

const fax = () => page.locator(".chaos-table tbody tr", { hasText: "Fax" });
const stripe = () => page.locator(".stripe .chaos-note");

/** What becomes of a fax to a machine that takes every one. */
async function outcome(): Promise<string | undefined> {
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125001"],
    text: "Through chaos",
    options: { busyRedials: 0, repeats: 0 },
  });
  await finished(String(id));
  return (await client.recipients(id)).items[0]?.outcome;
}

it("a probability set by the keyboard alone disturbs every fax, and every screen says so", async () => {
  await client.simulation.setChaos({ fax: { probability: 0, fault: "voice" } });
  await page.goto(`${GATEWAY}/chaos`);
  await page.getByText("All off. Every number does").waitFor();
  await expectAccessible(page);
  const before = (await client.simulation.chaos()).channels.fax;
  const fault = before.faults.find(({ fault }) => fault.includes("busy"))?.fault as string;
  // The second is set before the first is answered, and neither is lost.
  let letGo = () => {};
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route("**/chaos", async (route) => {
    if (route.request().method() === "PUT") await held;
    await route.fallback();
  });
  await fax().getByRole("combobox").selectOption(fault);
  await fax().getByRole("slider").focus();
  await page.keyboard.press("End");
  letGo();
  await page.getByText("Chaos is on.").waitFor();
  await eventually(
    () => client.simulation.chaos(),
    ({ channels }) => channels.fax.probability === 1 && channels.fax.fault === fault,
  );
  await page.unrouteAll({ behavior: "ignoreErrors" });
  expect(await outcome()).toBe("BUSY");
  const after = (await client.simulation.chaos()).channels.fax;
  expect(after.hit - before.hit).toBe(1);
  await fax()
    .getByText(new RegExp(`^${after.hit} of ${after.seen}`))
    .waitFor();
  await expectAccessible(page);

  await page.goto(`${GATEWAY}/jobs`);
  await stripe().getByText("Fax 100 %").waitFor();
  await expectAccessible(page);
});

it("all off is one button, and the note is gone everywhere", async () => {
  await stripe().click();
  await page.waitForURL("**/chaos");
  await page.getByRole("button", { name: "All off" }).click();
  await page.getByText("All off. Every number does").waitFor();
  await stripe().waitFor({ state: "detached" });
  expect((await client.simulation.chaos()).channels.fax.probability).toBe(0);
  expect(await outcome()).toBe("OK");
});

it("the clock runs at the speed that was pressed and is set forward, never back", async () => {
  const before = await client.clock();
  await page.getByRole("button", { name: "×10", exact: true }).click();
  await eventually(
    () => client.clock(),
    ({ speed }) => speed === 10,
  );
  const hour = Date.parse((await client.clock()).now) + 3_600_000;
  await page.getByRole("button", { name: "1 h" }).click();
  await eventually(
    () => client.clock(),
    ({ now }) => Date.parse(now) >= hour,
  );
  await page.getByLabel("or set forward to").fill("2020-01-01T12:00");
  await page.getByRole("button", { name: "Set forward" }).click();
  await page.getByText("The clock never goes back").waitFor();
  await client.changeClock({ speed: before.unpaced ? "max" : before.speed });
});

it("nothing sticks out at 390 pels, in the dark and in German either", async () => {
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/chaos`);
  await narrow.page.getByText("Alles aus. Jede Nummer").waitFor();
  expect(await widthBeyond(narrow.page)).toBe(0);
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("nothing was asked of another host, and the page complained of nothing", () => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
});
