import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { Failure } from "../failure.ts";
import { ioDouble } from "../io.double.ts";
import { sendJob, statusRows } from "./soap.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A gateway that answers with these pieces, one write each. */
async function gateway(pieces: string[], status = 200) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(body);
    response.writeHead(status, { "depesche-notice": "bad-recipient: none" });
    for (const piece of pieces) {
      response.write(piece);
      // So that they leave one by one.
      await new Promise((next) => setImmediate(next));
    }
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { login: { url: `http://127.0.0.1:${port}/`, account: "1000", password: "a<b" }, asked };
}

async function all(rows: AsyncIterable<string[]>): Promise<string[][]> {
  const found: string[][] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const answer = (parts: string) => `<E:Envelope><E:Body><N:X>${parts}</N:X></E:Body></E:Envelope>`;

it("SendJob's number and count are read, and what is sent is escaped", async () => {
  const { login, asked } = await gateway([
    answer('<JobId xsi:type="xsd:int">17</JobId><RecipientsCount>2</RecipientsCount><return>0</return>'),
  ]);
  expect(await sendJob(login, { JobType: 0, SendFile1: new Uint8Array([1, 2, 3]) })).toEqual({ id: 17, recipients: 2 });
  expect(asked[0]).toContain("<Password>a&lt;b</Password>");
  expect(asked[0]).toContain("<SendFile1>AQID</SendFile1>");
});

it("another return code is a failure that names it and the notice", async () => {
  const { login } = await gateway([answer("<return>8</return>")]);
  const failure = await sendJob(login, {}).catch((error: Failure) => error);
  expect((failure as Failure).values.what).toBe("return 8 bad-recipient: none");
});

it("StatusFile is read row by row, wherever the answer is cut", async () => {
  const csv = '"RECIPIENT","RESULT"\r\n"+49","OK"\r\n"a ""b""","Busy"\r\n';
  const whole = answer(
    `<StatusFile xsi:type="x">${Buffer.from(csv).toString("base64")}</StatusFile><return xsi:type="xsd:int">0</return>`,
  );
  for (const size of [1, 3, 7, 50]) {
    const pieces = whole.match(new RegExp(`[^]{1,${size}}`, "g")) as string[];
    const { login } = await gateway(pieces);
    expect(await all(statusRows(login, 1, ioDouble()))).toEqual([
      ["+49", "OK"],
      ['a "b"', "Busy"],
    ]);
  }
});

it("a job in progress has no rows, an unknown one is a failure", async () => {
  expect(await all(statusRows((await gateway([answer("<return>6</return>")])).login, 1, ioDouble()))).toEqual([]);
  const rows = statusRows((await gateway([answer("<return>5</return>")])).login, 1, ioDouble());
  await expect(rows.next()).rejects.toMatchObject({ key: "load.fail.soap" });
});
