// A person with a browser reads the mailbox: a mail of ours, and one a stranger made to do harm.

import { connect } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client, finished, fixture, GATEWAY, settings } from "../post-office.ts";
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

/** Speaks SMTP as any program may: one line for each answer. */
function handIn(mail: string): Promise<void> {
  const lines = ["EHLO stranger.example", "MAIL FROM:<shop@stranger.example>", "RCPT TO:<anna@ok.example>", "DATA"];
  const said = [...lines, `${mail}\r\n.`, "QUIT"];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(settings.DEPESCHE_SMTP_PORT), "127.0.0.1");
    let heard = "";
    socket.on("data", (piece) => {
      heard += piece;
      // An answer of several lines has come when its last one has, and may come in pieces.
      if (!/^\d{3} .*\r\n$/m.test(heard)) return;
      heard = "";
      const next = said.shift();
      if (next === undefined) socket.end();
      else socket.write(`${next}\r\n`);
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const HARM = [
  '<html><head><style>h1{color:rgb(1,2,3)} p{background:url(https://spy.example/a.png)} @import "https://spy.example/b.css";</style>',
  '<link rel="stylesheet" href="https://spy.example/c.css"><meta http-equiv="refresh" content="0;url=https://spy.example/d">',
  '<script>parent.document.title="owned"</script></head><body onload="parent.document.title=\'owned\'">',
  '<h1>Angebot</h1><p style="border-left:7px solid red">Text <a href="https://spy.example/e">weiter</a></p>',
  '<img alt="fern" src="https://spy.example/f.gif"><img alt="eigen" src="cid:logo@stranger">',
  '<img src=x onerror="parent.document.title=\'owned\'"><iframe src="https://spy.example/g"></iframe>',
  '<form action="https://spy.example/h"><button>los</button></form></body></html>',
].join("");
const STRANGE = [
  "From: =?utf-8?Q?B=C3=BCro?= <shop@stranger.example>",
  "Subject: =?utf-8?B?R3LDvMOfZSDwn46J?=",
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="M"',
  "",
  "--M",
  "Content-Type: text/html; charset=utf-8",
  "",
  HARM,
  "--M",
  "Content-Type: image/png",
  "Content-ID: <logo@stranger>",
  "Content-Disposition: inline; filename=logo.png",
  "Content-Transfer-Encoding: base64",
  "",
  PIXEL,
  "--M",
  "Content-Type: text/csv",
  "Content-Disposition: attachment; filename*=utf-8''Zahlen%20f%C3%BCr%202026.csv",
  "",
  "a;b",
  "--M--",
].join("\r\n");

it("a mail of ours stands in the list and opens as text, header fields and source, with its file and its job", async () => {
  const { id } = await client.createJob({
    channel: "mail",
    recipients: ["anna@ok.example"],
    text: "Guten Tag,\nanbei der Brief.",
    documents: [{ name: "Brief für Anna.pdf", base64: Buffer.from(fixture("letter.pdf")).toString("base64") }],
    options: { subject: "Ihr Auftrag – Grüße" },
  });
  await finished(String(id));
  await page.goto(`${GATEWAY}/mailbox`);
  await page.getByRole("link", { name: "Ihr Auftrag – Grüße" }).click();
  await page.waitForURL("**/mailbox/*");
  await page.locator(".mail-source", { hasText: "anbei der Brief." }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Brief für Anna.pdf" }).click();
  expect((await saved).suggestedFilename()).toBe("Brief für Anna.pdf");
  await page.getByRole("link", { name: "Headers" }).click();
  await page.waitForURL("**view=headers");
  await page.getByRole("rowheader", { name: "Message-ID", exact: true }).waitFor();
  await page.getByRole("link", { name: "Raw" }).click();
  await page.locator(".mail-source", { hasText: "MIME-Version: 1.0" }).waitFor();
  await page.getByRole("link", { name: `Job ${id}` }).waitFor();
  await expectAccessible(page);
});

it("a stranger's HTML is shown in its own style, and nothing in it runs, is fetched, or leads away", async () => {
  await handIn(STRANGE);
  await page.goto(`${GATEWAY}/mailbox`);
  await page.getByRole("link", { name: "Grüße 🎉" }).click();
  const mail = page.frameLocator("iframe.mail-frame");
  await mail.getByText("Angebot").waitFor();
  await page.getByText(/items at other places were not loaded/).waitFor();
  // A picture is there a moment after the text, also when it need not be fetched.
  const own = `document.querySelector("iframe.mail-frame").contentDocument.querySelector("img[alt=eigen]").naturalWidth`;
  await expect.poll(() => page.evaluate(own)).toBe(1);
  // What the frame holds, as the browser computed it.
  const seen = await page.evaluate(`(() => {
    const frame = document.querySelector("iframe.mail-frame");
    const body = frame.contentDocument.body;
    return {
      colour: getComputedStyle(body.querySelector("h1")).color,
      border: getComputedStyle(body.querySelector("p")).borderLeftWidth,
      own: body.querySelector("img[alt=eigen]").naturalWidth,
      fetched: frame.contentWindow.performance.getEntriesByType("resource").filter((e) => !e.name.startsWith("data:")).length,
      live: frame.contentDocument.querySelectorAll("script, iframe, link, [onload], [onerror], [href], [action], button:enabled").length,
    };
  })()`);
  expect(seen).toEqual({ colour: "rgb(1, 2, 3)", border: "7px", own: 1, fetched: 0, live: 0 });
  await mail.getByText("weiter").click();
  await mail.getByText("Angebot").waitFor();
  expect(await page.title()).toBe("Mailbox · Depesche");
  expect(window.strangers).toEqual([]);
  await page.getByRole("button", { name: "Zahlen für 2026.csv" }).waitFor();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await page.getByText("This mail has no text part.").waitFor();
  await expectAccessible(page);
});

it("a mail without a head, and of octets that are no text, is read all the same", async () => {
  await handIn("\r\nno head at all \xff\xfe");
  await page.goto(`${GATEWAY}/mailbox`);
  await page.getByRole("link", { name: "(no subject)" }).first().click();
  await page.locator(".mail-source", { hasText: "no head at all" }).waitFor();
});

it("mails are searched and gone through by keyboard alone", async () => {
  await page.goto(`${GATEWAY}/mailbox`);
  await page.getByRole("link", { name: "Grüße 🎉" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("stranger zahlen");
  await page.locator(".mail-list tbody tr").nth(1).waitFor({ state: "detached" });
  expect(await page.locator(".mail-list tbody tr").count()).toBe(1);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/mailbox/*");
  await page.getByRole("searchbox").fill("gibt es nicht");
  await page.getByText("No mail contains that.").waitFor();
  await page.getByRole("searchbox").fill("");
  const current = page.locator(".mail-list a[aria-current=true]");
  await current.focus();
  const before = page.url();
  await page.keyboard.press("ArrowDown");
  await page.waitForURL((url) => url.href !== before);
});

it("fits a telephone in the dark, in German", async () => {
  const narrow = await openWindow(browser, { locale: "de-DE", width: 390, height: 844, dark: true });
  await narrow.page.goto(`${GATEWAY}/mailbox`);
  await narrow.page.getByRole("link", { name: "Grüße 🎉" }).click();
  for (const view of ["HTML", "Kopfzeilen", "Quelltext"]) {
    await narrow.page.getByRole("link", { name: view }).click();
    expect({ view, beyond: await widthBeyond(narrow.page) }).toEqual({ view, beyond: 0 });
  }
  await expectAccessible(narrow.page);
  await narrow.context.close();
});

it("the page complained of nothing", () => {
  expect(window.complaints).toEqual([]);
});
