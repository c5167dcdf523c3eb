import { expect, test } from "vitest";
import { pretty } from "./pretty.ts";

test("JSON has a line for each member", () => {
  expect(pretty('{"a":[1,{"b":null}]}')).toBe('{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ]\n}');
});

test("XML has a line for each element, and an element with text stays one line", () => {
  const soap =
    '<?xml version="1.0"?><e:Envelope xmlns:e="urn:x"><e:Body><Send><Id>7</Id><Note/><Pin></Pin></Send></e:Body></e:Envelope>';
  expect(pretty(soap).split("\n")).toEqual([
    '<?xml version="1.0"?>',
    '<e:Envelope xmlns:e="urn:x">',
    "  <e:Body>",
    "    <Send>",
    "      <Id>7</Id>",
    "      <Note/>",
    "      <Pin></Pin>",
    "    </Send>",
    "  </e:Body>",
    "</e:Envelope>",
  ]);
});

test("what looks like a tag within a comment or CDATA is none", () => {
  expect(pretty("<a><!-- <b> --><c/></a>").split("\n")).toEqual(["<a>", "  <!-- <b> -->", "  <c/>", "</a>"]);
  expect(pretty("<a><![CDATA[<b>]]></a>")).toContain("<![CDATA[<b>]]>");
});

test.each(['{"cut": "sho', "<a><b>cut", "</a></a>", "plain text", ""])("%j comes back without a fault", (text) => {
  expect(pretty(text).replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
});

test("a text too long to lay out stays as it came", () => {
  const long = `[${"1,".repeat(300_000)}1]`;
  expect(pretty(long)).toBe(long);
});
