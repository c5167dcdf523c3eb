// The mail server over its socket, spoken to line by line.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Mailbox, type MailboxConfig, openMailbox } from "./mailbox.ts";

let folder: string;
let mailbox: Mailbox;
let wireLog: string;

async function start(more: Partial<MailboxConfig> = {}) {
  mailbox = await openMailbox({ port: 0, wireLog, now: () => 1_800_000_000_000, ...more });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-mailbox-"));
  wireLog = join(folder, "mail.jsonl");
});
afterEach(async () => {
  await mailbox.close();
  await rm(folder, { recursive: true });
});

/** Says each line after the answer to the one before; gives the answers' codes, the greeting's first. */
function talk(...lines: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(mailbox.port, "127.0.0.1");
    const answers: string[] = [];
    let rest = "";
    socket.on("error", reject).on("close", () => resolve(answers));
    socket.on("data", (chunk) => {
      const got = (rest + chunk.toString()).split("\r\n");
      rest = got.pop() ?? "";
      for (const line of got.filter((l) => /^\d{3} /.test(l))) {
        answers.push(line.slice(0, 9).trim());
        const next = lines[answers.length - 1];
        if (next === undefined) socket.destroy();
        else socket.write(`${next}\r\n`);
      }
    });
  });
}

const mail = (to: string, ...content: string[]) => [
  "EHLO test.example",
  "MAIL FROM:<a@ok.example>",
  `RCPT TO:<${to}>`,
  "DATA",
  [...content, "."].join("\r\n"),
];

it("takes a mail, keeps it as it came, and writes it into the wire log before it says so", async () => {
  await start();
  const answers = await talk(
    ...mail("b@ok.example", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Message-ID: <1@x>", "", "Hallo", "..Punkt"),
  );
  expect(answers.at(-1)).toMatch(/^250 2\.0\.0/);
  expect(mailbox.messages()).toMatchObject([
    {
      id: "1",
      at: 1_800_000_000_000,
      from: "a@ok.example",
      to: ["b@ok.example"],
      subject: "Grüße",
      messageId: "<1@x>",
    },
  ]);
  expect(mailbox.messages()[0]?.text).toBe("Hallo\n.Punkt\n");
  expect(Buffer.from(mailbox.raw("1") ?? []).toString()).toContain("Message-ID: <1@x>\r\n\r\nHallo\r\n.Punkt\r\n");
  expect((await readFile(wireLog, "utf8")).split("\n")).toHaveLength(2);
});

it("puts off later@ once for each mail, told by its Message-ID", async () => {
  await start();
  const last = async (id: string) => (await talk(...mail("later@ok.example", `Message-ID: <${id}@x>`, "", "x"))).at(-1);
  expect(await last("1")).toMatch(/^451 4\.7\.1/);
  expect(await last("2")).toMatch(/^451/);
  expect(await last("1")).toMatch(/^250/);
  expect(await last("2")).toMatch(/^250/);
  expect(mailbox.messages().map((m) => m.messageId)).toEqual(["<1@x>", "<2@x>"]);
});

it("keeps the latest mails only, and numbers them on", async () => {
  await start({ keep: 2 });
  for (const n of ["1", "2", "3"]) await talk(...mail("b@ok.example", `Subject: ${n}`, "", "x"));
  expect(mailbox.messages().map((m) => [m.id, m.subject])).toEqual([
    ["2", "2"],
    ["3", "3"],
  ]);
  expect(mailbox.raw("1")).toBeUndefined();
  expect((await readFile(wireLog, "utf8")).trimEnd().split("\n")).toHaveLength(3);
});

it("refuses a mail over its limit and takes the next", async () => {
  await start({ maxBytes: 1_000 });
  const large = await talk(...mail("b@ok.example", "", "x".repeat(998), "x".repeat(998)));
  expect(large.at(-1)).toMatch(/^552 5\.3\.4/);
  expect((await talk(...mail("b@ok.example", "", "x"))).at(-1)).toMatch(/^250/);
  expect(mailbox.messages()).toHaveLength(1);
});

it("takes bytes that are no mail at all", async () => {
  await start();
  expect((await talk(...mail("b@ok.example", "\u0000\u00ff".repeat(50)))).at(-1)).toMatch(/^250/);
  expect(mailbox.messages()).toHaveLength(1);
});

it("a taken port is an error at the start", async () => {
  await start();
  await expect(openMailbox({ port: mailbox.port, wireLog })).rejects.toThrow("EADDRINUSE");
});

const MAIL_TO = ["EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@ok.example>"];

it.each([
  ["unavailable", ["220 mailb", "250 SMTPU", "250 2.1.0", "421 4.3.2"]],
  ["greylisted", ["220 mailb", "250 SMTPU", "250 2.1.0", "451 4.7.1"]],
  ["unknown", ["220 mailb", "250 SMTPU", "250 2.1.0", "550 5.1.1"]],
  ["full", ["220 mailb", "250 SMTPU", "250 2.1.0", "552 5.2.2"]],
] as const)("a mail that is to meet %s gets that answer, and none is taken", async (fault, codes) => {
  const met: string[] = [];
  await start({
    fault(address) {
      met.push(address);
      return fault;
    },
  });
  const answers = await talk(...MAIL_TO);
  expect(answers.map((answer) => answer.slice(0, 3))).toEqual(codes.map((code) => code.slice(0, 3)));
  expect(answers.at(-1)).toContain(codes.at(-1)!.slice(4));
  expect([met, mailbox.messages()]).toEqual([["c@ok.example"], []]);
});

it("a connection that is to break after DATA breaks without an answer, and the next mail on a new one is taken", async () => {
  let isFirst = true;
  await start({
    fault: () => {
      const fault = isFirst ? "dropped" : undefined;
      isFirst = false;
      return fault;
    },
  });
  const whole = [...MAIL_TO, "DATA", "Subject: x\r\n\r\nHallo\r\n."];
  const broken = await talk(...whole);
  expect(broken.map((answer) => answer.slice(0, 3))).toEqual(["220", "250", "250", "250", "354"]);
  expect(mailbox.messages()).toEqual([]);
  expect((await talk(...whole)).at(-1)).toContain("250");
  expect(mailbox.messages()).toHaveLength(1);
});
