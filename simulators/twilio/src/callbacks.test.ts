import { describe, expect, it } from "vitest";
import { signatureOf } from "./callbacks.ts";

describe("the signature of a callback", () => {
  it("is the one of the example in Twilio's security guide", () => {
    const form = new URLSearchParams({
      CallSid: "CA1234567890ABCDE",
      Caller: "+14158675310",
      Digits: "1234",
      From: "+14158675310",
      To: "+18005551212",
    });
    const url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    expect(signatureOf("12345", url, form)).toBe("GvWf1cFY/Q7PnoempGyD5oXAezc=");
  });

  it("takes repeated values once, sorted", () => {
    const one = new URLSearchParams("a=2&a=1&a=2&b=x");
    const other = new URLSearchParams("b=x&a=1&a=2");
    expect(signatureOf("t", "http://x.example", one)).toBe(signatureOf("t", "http://x.example", other));
  });
});
