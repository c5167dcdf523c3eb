import type { Exchange } from "@depesche/ports";
import { describe, expect, test } from "vitest";
import { maskBody, maskHeaders } from "./mask.ts";
import { openRecorder, type RawExchange } from "./recorder.ts";
import { MOST_TEXT, Shortener } from "./shorten.ts";

function shorten(text: string, piece = 7): string {
  const shortener = new Shortener();
  for (let at = 0; at < text.length; at += piece) shortener.write(text.slice(at, at + piece));
  expect(shortener.size).toBe(text.length);
  return shortener.text();
}

const base64 = (characters: number) => "JVBERi0xLjcK".repeat(characters / 12);

describe("a body kept for people", () => {
  test("has its documents shortened where they stand, however it was cut into pieces", () => {
    const body = `{"name":"a.pdf","base64":"${base64(1200)}","text":"Guten Tag"}`;
    const kept = `{"name":"a.pdf","base64":"${base64(1200).slice(0, 64)}... (1200 characters)","text":"Guten Tag"}`;
    for (const piece of [1, 7, 300, 5000]) expect(shorten(body, piece)).toBe(kept);
  });

  test("takes base64 in lines as one, and leaves lists of numbers and words as they are", () => {
    const lines = Array.from({ length: 20 }, () => base64(72)).join("\r\n");
    expect(shorten(`<SendFile1>\n${lines}\n</SendFile1>`)).toBe(
      `<SendFile1>\n${base64(72).slice(0, 64)}... (${lines.length} characters)\n</SendFile1>`,
    );
    const numbers = Array.from({ length: 100 }, (_, i) => `+4930231250${i}`).join("\r\n");
    expect(shorten(numbers)).toBe(numbers);
    const prose = "Sehr geehrte Damen und Herren, ".repeat(50);
    expect(shorten(prose)).toBe(prose);
    const word = "A".repeat(255);
    expect(shorten(`${word} ${word}`)).toBe(`${word} ${word}`);
  });

  test("is cut when it is long, and what follows a long document is still there", () => {
    expect(shorten("Guten Tag. ".repeat(10_000), 1000)).toHaveLength(MOST_TEXT + "... (cut)".length);
    expect(shorten(`<a>${base64(600_000)}</a><b>end</b>`, 65_536)).toMatch(/\(600000 characters\)<\/a><b>end<\/b>$/);
  });
});

describe("secrets", () => {
  test.each([
    ["<Password>geheim</Password>", "<Password>***</Password>"],
    [
      '<ns1:Password xsi:type="xsd:string">geheim</ns1:Password >',
      '<ns1:Password xsi:type="xsd:string">***</ns1:Password >',
    ],
    ["<ü.x-1:PASSWORD>\n geheim\n</ü.x-1:PASSWORD>", "<ü.x-1:PASSWORD>***</ü.x-1:PASSWORD>"],
    ["<Password><![CDATA[geh</Password>eim]]></Password><A>1</A>", "<Password>***</Password><A>1</A>"],
    ["<Password>ge<!-- </Password> -->heim</Password>", "<Password>***</Password>"],
    ['<Password a=">">geheim</Password>', '<Password a=">">***</Password>'],
    ["<Password/><SendText>hello</SendText>", "<Password/><SendText>hello</SendText>"],
    ["<Password>gehei", "<Password>***"],
    ["<Account>1000</Account><Passwordless>x</Passwordless>", "<Account>1000</Account><Passwordless>x</Passwordless>"],
    ['<login password="geheim" name="a"/>', '<login password="***" name="a"/>'],
    ['{"password": "ge\\"heim", "to": "x"}', '{"password": "***", "to": "x"}'],
    ["Account=1000&Password=geheim&x=1", "Account=1000&Password=***&x=1"],
    ["http://user:geheim@status.example/?token=geheim&id=%1", "http://***@status.example/?token=***&id=%1"],
    [
      '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\ngeheim\r\n--b--',
      '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n***\r\n--b--',
    ],
    [
      '<Password href="#id7"/></SendJob><multiRef id="id7" xsi:type="xsd:string">geheim</multiRef><multiRef id="id8">a</multiRef>',
      '<Password href="#id7"/></SendJob><multiRef id="id7" xsi:type="xsd:string">***</multiRef><multiRef id="id8">a</multiRef>',
    ],
    ["<Password>ge<?a </Password> ?>heim</Password>", "<Password>***</Password>"],
    [
      '<Password href="#a"/><r id="a" href="#b"/><r id="b">geheim</r><r id="c">d</r>',
      '<Password href="#a"/><r id="a" href="#b"/><r id="b">***</r><r id="c">d</r>',
    ],
    ['<Password href="#&#97;"/><r id="a">geheim</r>', '<Password href="#&#97;"/><r id="a">***</r>'],
    ['{"pwd": 4711, "to": 1}', '{"pwd": "***", "to": 1}'],
    ["/v1/jobs?access_token=geheim&tokens=2", "/v1/jobs?access_token=***&tokens=2"],
    [
      '{"clientSecret": "geheim"}<UserPassword>geheim</UserPassword>',
      '{"clientSecret": "***"}<UserPassword>***</UserPassword>',
    ],
    ["password=it's;all&x=1", "password=***&x=1"],
    ["<a>?token=ge&#104;eim&lt;&amp;x=1</a>", "<a>?token=***&amp;x=1</a>"],
    [String.raw`"http:\/\/user:geheim@a.example\/?token=ge\"heim"`, String.raw`"http:\/\/***@a.example\/?token=***"`],
    ["http://user:it's@home@a.example/b@c", "http://***@a.example/b@c"],
  ])("are masked in %j", (body, masked) => {
    expect(maskBody(body)).toBe(masked);
  });

  test("in header lines leave their scheme; lines of the connection are left out", () => {
    const lines: [string, string][] = [
      ["authorization", "Bearer demo-key"],
      ["x-api-key", "demo-key"],
      ["cookie", "a=b"],
      ["proxy-authorization", "geheim"],
      ["connection", "keep-alive"],
      ["content-type", "text/xml"],
      ["idempotency-key", "k1"],
    ];
    expect(maskHeaders(lines)).toEqual({
      authorization: "Bearer ***",
      "x-api-key": "***",
      cookie: "***",
      "proxy-authorization": "***",
      "content-type": "text/xml",
      "idempotency-key": "k1",
    });
  });

  test("are searched for in bounded time, whatever the text", () => {
    for (const one of [
      '<password "',
      "<Password><!--",
      'name="password"\r\nx',
      '{"password":"\\',
      "<Password href='#a' ",
      "<Password href='#a'/>",
      "<r id='b' href='#a'>",
      "password=\\\\",
      "http://u@",
      "<Password><?",
    ])
      maskBody(one.repeat(MOST_TEXT / one.length));
    // A search without bound takes longer than anybody waits; one with it, half a second of a machine that has nothing else to do.
  }, 60_000);
});

describe("the recorder", () => {
  const raw = (job: number, request = "<Password>x</Password>"): RawExchange => ({
    jobs: [job],
    at: 1,
    method: "POST",
    path: "/v1/jobs?key=demo-key&token=x&a=1",
    requestHeaders: [["authorization", "Bearer demo-key"]],
    request,
    requestBytes: 10,
    status: 201,
    responseHeaders: [],
    response: "{}",
    tookMs: 1.4,
  });

  function opened(keep: (exchanges: readonly Exchange[]) => Promise<void>) {
    const faults: unknown[] = [];
    const ledger = { keepExchanges: keep };
    return { faults, recorder: openRecorder({ ledger, onFault: (fault) => faults.push(fault) }) };
  }

  test("writes what it was told in one batch, masked, for each job", async () => {
    const batches: (readonly Exchange[])[] = [];
    const { recorder } = opened(async (batch) => void batches.push(batch));
    recorder.note(raw(1));
    recorder.note({ ...raw(2), jobs: [2, 3] });
    expect(batches).toEqual([]);
    await recorder.close();
    expect(batches.map((batch) => batch.map((one) => one.job))).toEqual([[1, 2, 3]]);
    expect(batches[0]?.[0]).toMatchObject({ request: "<Password>***</Password>", tookMs: 1 });
    expect(batches[0]?.[0]?.path).toBe("/v1/jobs?key=***&token=***&a=1");
    expect(batches[0]?.[0]?.requestHeaders).toEqual({ authorization: "Bearer ***" });
  });

  test("lets go what is too much, and goes on after a fault that it names once", async () => {
    let kept = 0;
    let isAway = true;
    const { recorder, faults } = opened(async (batch) => {
      if (isAway) throw new Error("away");
      kept += batch.length;
    });
    recorder.note(raw(1));
    await recorder.flush();
    recorder.note(raw(1));
    await recorder.flush();
    expect(faults).toHaveLength(1);
    isAway = false;
    for (let i = 0; i < 2_000; i++) recorder.note(raw(i));
    for (let i = 0; i < 200; i++) recorder.note(raw(i, "x".repeat(MOST_TEXT)));
    await recorder.close();
    expect(kept).toBe(500);
  });
});
