import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { twilioCallbacks } from "./callbacks.ts";

const BASE = "http://gateway.example/callbacks/twilio";
const TOKEN = "geheim";

function house() {
  const told: object[] = [];
  const app = twilioCallbacks({
    ledger: {
      delivery: async (report) => {
        told.push(report);
        return true;
      },
      findByCarrierId: async () => undefined,
    },
    baseUrl: BASE,
    authToken: TOKEN,
  });
  return { app, told };
}

function post(query: string, fields: Record<string, string>): Request {
  const signed = Object.keys(fields).sort();
  const text = BASE + query + signed.map((name) => name + fields[name]).join("");
  return new Request(BASE + query, {
    method: "POST",
    headers: { "x-twilio-signature": createHmac("sha1", TOKEN).update(text).digest("base64") },
    body: new URLSearchParams(fields),
  });
}

it("notes the receipt of the attempt that its URL names", async () => {
  const { app, told } = house();
  const fields = { MessageSid: `SM${"1".repeat(32)}`, MessageStatus: "delivered" };
  expect((await app.request(post("?attempt=100001.4.1", fields))).status).toBe(204);
  expect(told).toMatchObject([{ job: 100001, n: 4, state: "delivered" }]);
});

it.each([
  ["multipart/form-data", "garbage"],
  ["multipart/form-data; boundary=x", "--x\r\nhalf of a part"],
  ["multipart/form-data; boundary=x", ""],
])("answers 400 to a body that is not the form it says: %s", async (type, body) => {
  const { app, told } = house();
  const request = new Request(BASE, { method: "POST", headers: { "content-type": type }, body });
  expect((await app.request(request)).status).toBe(400);
  expect(told).toEqual([]);
});

it.each([
  ["application/json", '{"a":1}'],
  ["application/x-www-form-urlencoded", "a=%ff%fe&b=%zz"],
  ["text/plain", ""],
])("answers 403 to what nobody signed: %s", async (type, body) => {
  const { app } = house();
  const request = new Request(BASE, { method: "POST", headers: { "content-type": type }, body });
  expect((await app.request(request)).status).toBe(403);
});
