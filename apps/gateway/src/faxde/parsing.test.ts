import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";
import { parseRecipientFile, parseRecipientList } from "./recipients.ts";
import { parseSendTime } from "./send-time.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("parseRecipientList", () => {
  it.each([
    ["+493023125001", [["+493023125001", ""]]],
    [
      " 030/1 [ref, mit Komma] , 030/2[b]x,,",
      [
        ["030/1", "ref, mit Komma"],
        ["030/2", "b"],
      ],
    ],
    ["1[offen", [["1", "offen"]]],
    ["[nur Referenz]", [["", "nur Referenz"]]],
    [
      "1;2\n3",
      [
        ["1", ""],
        ["2", ""],
        ["3", ""],
      ],
    ],
    ["", []],
    [
      "1[offen,2[b],3[c[d],4",
      [
        ["1", "offen"],
        ["2", "b"],
        ["3", "c[d"],
        ["4", ""],
      ],
    ],
    [
      "1[a]2[b] 3",
      [
        ["1", "a"],
        ["2", "b"],
        ["3", ""],
      ],
    ],
  ])("reads %j", (text, expected) => {
    expect(parseRecipientList(text).map((r) => [r.address, r.reference])).toEqual(expected);
  });
});

describe("parseRecipientFile", () => {
  const rows = (bytes: Uint8Array | string) => {
    const file = parseRecipientFile(typeof bytes === "string" ? utf8(bytes) : bytes);
    return file.ok ? file.recipients.map((r) => [r.address, r.reference]) : file.detail;
  };
  const two = [
    ["+491", "a"],
    ["+492", "b"],
  ];

  it.each([
    ["comma and LF", "+491,a\n+492,b\n"],
    ["comma and CRLF, no last line end", "+491,a\r\n+492,b"],
    ["CR alone", "+491,a\r+492,b\r"],
    ["semicolon", "+491;a\n+492;b\n"],
    ["tab", "+491\ta\n+492\tb\n"],
    ["quotes", '"+491","a"\r\n"+492","b"\r\n'],
    ["blanks around", ' +491 , a \n"+492" , "b"\n'],
    ["a heading", "Empfänger,Referenz-Id\n+491,a\n+492,b\n"],
    ["a byte order mark", "\ufeff+491,a\n+492,b\n"],
    ["empty lines and lines of separators", "\n\n+491,a\n,\n;;\n \n+492,b\n,,\n\n"],
    ["Excel's line that names the separator", "sep=;\nEmpfänger;Referenz\n+491;a\n+492;b\n"],
    ["an end mark", "+491,a\n+492,b\n\u001a\u0000"],
    ["an empty second column behind the bracket", "+491[a],\n+492[b],\n"],
    ["more columns", '+491,a,Name,"x\ny"\n+492,b,,\n'],
    ["references in brackets", "+491[a]\n+492[b]\n"],
  ])("reads lines with %s", (_what, text) => {
    expect(rows(text)).toEqual(two);
  });

  it("keeps separators, quotes and line ends inside quoted references", () => {
    expect(rows('"+491","a;""b"",\nc"\n')).toEqual([["+491", 'a;"b",\nc']]);
  });

  it("reads one column, UTF-16, and windows-1252 when it is no UTF-8", () => {
    expect(rows("+491\n+492")).toEqual([
      ["+491", ""],
      ["+492", ""],
    ]);
    expect(rows(Uint8Array.of(0xff, 0xfe, 0x31, 0, 0x2c, 0, 0xfc, 0))).toEqual([["1", "ü"]]);
    expect(rows(Uint8Array.of(0x31, 0x2c, 0xfc, 0x80))).toEqual([["1", "ü€"]]);
  });

  it("refuses a file without recipients, one that is no text, and one with too many lines", () => {
    expect(rows("\n\n")).toMatch(/no line/);
    expect(rows("Nummer\n")).toMatch(/no line/);
    expect(rows(Uint8Array.of(0x31, 0, 0, 0x32))).toMatch(/no text/);
    expect(rows("1\n".repeat(1_000_001))).toMatch(/more than 1000000/);
  });

  it("reads 100,000 lines", () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `+4930231250${String(i % 100).padStart(2, "0")},r${i}\n`);
    const file = parseRecipientFile(utf8(lines.join("")));
    expect(file.ok && file.recipients.at(-1)).toEqual({ address: "+493023125099", reference: "r99999" });
    expect(file.ok && file.recipients.length).toBe(100_000);
  });

  it.each([
    ["a reference never closed", '+491,"a\n+492,b'],
    ["a number never closed", '"+491;a\n+492;b'],
    ["two references opened only", '+491,"a\r\n+492,"b'],
    ["a quote in the midst", '+491,a" Rohr\r\n+492,b'],
  ])("loses nobody by a stray quote: %s", (_what, text) => {
    expect((rows(text) as string[][]).map(([address]) => address)).toEqual(["+491", "+492"]);
  });

  it("keeps a line that has only a reference, wherever it stands, since its sender waits for a result", () => {
    expect(rows(",x\n+491,a\n,y\n")).toEqual([
      ["", "x"],
      ["+491", "a"],
      ["", "y"],
    ]);
  });
});

describe("parseOptions", () => {
  const account = { faxNumber: "+493023125900" };
  const parse = (text: string) => parseOptions(text, account);

  it("reads all switches, keys in any case, blanks trimmed, the last of two winning", () => {
    const text =
      " callerid = 030 23125 900 ;STATIONID=Muster GmbH;FaxHeader=Grüße aus Köln;FAXRETRY=5;RETRY=2;MAILFROM=post@firma.example;FLASHSMS;SMSFROM=Firma;FAXRETRY=7;";
    expect(parse(text)).toEqual({
      options: {
        callerId: "+493023125900",
        stationId: "Muster GmbH",
        faxHeader: "Grüße aus Köln",
        busyRedials: 7,
        repeats: 2,
        mailFrom: "post@firma.example",
        flashSms: true,
        smsFrom: "Firma",
      },
      notices: [],
    });
    expect(parse("")).toEqual({ options: {}, notices: [] });
  });

  it.each([
    ["STATIONID=Häß & Söhne, Straße 17 a", { stationId: "Haess & Soehne, Stra" }],
    [`FAXHEADER=${"ü".repeat(31)}`, { faxHeader: "ü".repeat(30) }],
    ["FAXRETRY=99", { busyRedials: 12 }],
    ["RETRY=6", { repeats: 5 }],
    ["FAXRETRY=-1", {}],
    ["RETRY=oft", {}],
    ["ISDNABS=+493023125901", {}],
    ["CALLERID=abc", {}],
    ["MAILFROM=a@b.example,c@d.example", {}],
    ["SMSFROM=zwölf Zeichen", {}],
    ["SMSFROM=12345678901234567", {}],
    ["SMSFROM=!!", {}],
    ["GIBTSNICHT=1", {}],
    ["constructor=1", {}],
    [`STATURL=http://a.example/${"x".repeat(128)}`, {}],
    ["STATURL=ftp://a.example/?$JID", {}],
    ["STATURL=", {}],
  ])("takes what can be taken of %s, with a notice", (text, options) => {
    const parsed = parse(text);
    expect(parsed.options).toEqual(options);
    expect(parsed.notices).toHaveLength(1);
  });

  it("takes an empty station id or header as none given, so that the account's own is shown", () => {
    expect(parse("STATIONID=;FAXHEADER= ;FAXRETRY=1")).toEqual({ options: { busyRedials: 1 }, notices: [] });
    expect(parse("STATIONID=Факс")).toEqual({ options: {}, notices: [expect.any(String)] });
  });

  it.each([
    ["SMSFROM=+491713920001", "+491713920001"],
    ["SMSFROM=0171392", "0171392"],
    ["SMSFROM=Mueller Co", "Mueller Co"],
  ])("allows %s", (text, smsFrom) => {
    expect(parse(text)).toEqual({ options: { smsFrom }, notices: [] });
  });

  it.each([
    [
      "STATURL=www.ihredomain.example/status &JOBID=$JID &STAT=$STAT",
      "http://www.ihredomain.example/status?JOBID=$JID&STAT=$STAT",
    ],
    ["STATURL=https://a.example/x?j=$JID;y=$STAT;FAXRETRY=1", "https://a.example/x?j=$JID;y=$STAT"],
    ["STATURL=http://127.0.0.1:9000/cb?a=$MSGs", "http://127.0.0.1:9000/cb?a=$MSGs"],
  ])("mends %s", (text, statusUrl) => {
    expect(parse(text)).toMatchObject({ options: { statusUrl }, notices: [] });
  });
});

describe("parseSendTime", () => {
  const now = Date.UTC(2026, 2, 2, 11, 0, 0);
  it.each([
    ["2026-03-02T12:00:00Z", Date.UTC(2026, 2, 2, 12)],
    ["2026-03-02T12:00:00", Date.UTC(2026, 2, 2, 12)],
    ["2026-03-02 12:00", Date.UTC(2026, 2, 2, 12)],
    ["2026-03-03", Date.UTC(2026, 2, 3)],
    [" 2026-03-02T13:30:15.123+01:30 ", Date.UTC(2026, 2, 2, 12, 0, 15)],
    ["2026-03-02T12:00:00.1234567891234Z", Date.UTC(2026, 2, 2, 12)],
    ["2026-03-02T24:00:00", Date.UTC(2026, 2, 3)],
    ["2026-03-02T11:00:00-0130", Date.UTC(2026, 2, 2, 12, 30)],
  ])("reads %s", (text, at) => {
    expect(parseSendTime(text, now)).toEqual({ ok: true, at });
  });

  it.each([
    undefined,
    "",
    " ",
    "2026-03-02T11:00:00Z",
    "2020-01-01",
    "1899-12-30T00:00:00.000Z",
    "0001-01-01T00:00:00",
  ])("takes %j as at once", (text) => {
    expect(parseSendTime(text, now)).toEqual({ ok: true });
  });

  it("cuts what lies more than a year ahead", () => {
    expect(parseSendTime("2030-01-01T00:00:00Z", now)).toMatchObject({
      at: now + 366 * 86_400_000,
      notice: expect.any(String),
    });
  });

  it.each([
    "morgen",
    "02.03.2026",
    "2026-02-30T00:00:00",
    "2026-13-01",
    "2027-01-01T25:00:00",
    "2027-01-01T10:61:00",
    "2026-03-02T12:00:00ZZ",
    "2027-01-01T24:30:00",
    "2027-01-01T12:00:00+99:00",
    "2027-01-01T12:00:00+02:60",
  ])("refuses %s", (text) => {
    expect(parseSendTime(text, now)).toEqual({ ok: false });
  });
});
