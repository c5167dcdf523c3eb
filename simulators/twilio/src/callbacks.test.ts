import { describe, expect, it } from "vitest";
import { Callbacks, requestOf, signatureOf } from "./callbacks.ts";

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

describe("the request of a callback", () => {
  it.each([
    ["http://127.0.0.1:8080/cb?a=1&b=%20x", "http://127.0.0.1:8080/cb?a=1&b=%20x"],
    ["https://x.example/größe?y=ü b", "https://x.example/gr%C3%B6%C3%9Fe?y=%C3%BC%20b"],
    ["https://x.example/cb#rc=5", "https://x.example/cb"],
  ])("for %s goes to %s", (given, url) => {
    expect(requestOf(given)).toEqual({ url });
  });

  it("signs in with the name and password of its URL", () => {
    const authorization = `Basic ${btoa("kunde:ge heim")}`;
    const request = requestOf("https://kunde:ge%20heim@x.example/cb?to=a@b");
    expect(request).toEqual({ url: "https://x.example/cb?to=a@b", authorization });
  });
});

it("many callbacks that wait at once for their receiver are no leak that Node would warn of", async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on("warning", note);
  const callbacks = new Callbacks("t", [100]);
  // Discard: nobody listens there, so every callback waits for its second try.
  await Promise.all(Array.from({ length: 30 }, (_, i) => callbacks.post(`SM${i}`, "http://127.0.0.1:9/", {})));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", note);
  expect(callbacks.counts).toMatchObject({ failed: 30, waiting: 0 });
  expect(warnings).toEqual([]);
});
