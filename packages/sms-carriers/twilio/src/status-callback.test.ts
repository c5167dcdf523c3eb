import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { describe, expect, it } from "vitest";
import { readStatusCallback } from "./status-callback.ts";

const URL_GIVEN = "https://gateway.example/callbacks/twilio?attempt=7.12.1";
const DELIVERED = {
  MessageSid: "SM00000000000000000000000000000001",
  MessageStatus: "delivered",
  AccountSid: "AC00000000000000000000000000000000",
  To: "+491713920001",
};
// base64(HMAC-SHA1("geheim", url + AccountSid... + MessageSid... + MessageStatus... + To...)), made with openssl.
const SIGNATURE = "29/t0P+GeMTwYEuz5022D0uEwwU=";

describe("a status callback", () => {
  it("with the right signature is a receipt", () => {
    expect(readStatusCallback("geheim", URL_GIVEN, DELIVERED, SIGNATURE)).toEqual({
      carrierId: DELIVERED.MessageSid,
      state: "delivered",
      detail: "delivered",
    });
  });

  it.each([
    ["another field", URL_GIVEN, { ...DELIVERED, MessageStatus: "failed" }, "geheim", SIGNATURE],
    ["another attempt", URL_GIVEN.replace("7.12.1", "7.13.1"), DELIVERED, "geheim", SIGNATURE],
    ["another token", URL_GIVEN, DELIVERED, "anders", SIGNATURE],
    ["no signature", URL_GIVEN, DELIVERED, "geheim", undefined],
    ["a signature of another length", URL_GIVEN, DELIVERED, "geheim", "x"],
  ])("with %s is refused", (_what, url, params, token, signature) => {
    expect(readStatusCallback(token, url, params, signature)).toMatchObject({ problem: "callback-signature" });
  });
});

describe("what a callback says", () => {
  const read = (fields: Record<string, string | string[]>) => {
    const signature = getExpectedTwilioSignature("geheim", URL_GIVEN, fields);
    return readStatusCallback("geheim", URL_GIVEN, fields, signature);
  };

  it.each([
    ["sent", "accepted"],
    ["delivered", "delivered"],
    ["read", "read"],
    ["undelivered", "undelivered"],
    ["failed", "undelivered"],
  ])("%s is the delivery state %s", (status, state) => {
    expect(read({ ...DELIVERED, MessageStatus: status })).toMatchObject({ state });
  });

  it("gives Twilio's code with its words", () => {
    expect(read({ ...DELIVERED, MessageStatus: "undelivered", ErrorCode: "30005" })).toMatchObject({
      state: "undelivered",
      detail: "30005: the handset is unknown",
    });
  });

  it.each([
    ["an unknown status", { ...DELIVERED, MessageStatus: "constructor" }],
    ["no message", { MessageStatus: "delivered" }],
    ["a repeated field", { ...DELIVERED, MessageStatus: ["sent", "delivered"] }],
  ])("%s is a problem of its fields", (_what, fields) => {
    expect(read(fields)).toMatchObject({ problem: "callback-fields" });
  });
});
