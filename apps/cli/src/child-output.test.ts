import { describe, expect, it } from "vitest";
import { leastLevel, readable, readiness, reasonIn, splitLines } from "./child-output.ts";

describe("a log line of a process", () => {
  it("is a plain sentence with its cause", () => {
    expect(readable('{"level":40,"msg":"ladder not kept","err":{"message":"disk full"}}', 40)).toBe(
      "ladder not kept: disk full",
    );
  });
  it("names the job or the attempt it speaks of, each once", () => {
    expect(readable('{"level":30,"time":1,"pid":2,"msg":"a job was accepted","job":7,"recipients":2}', 30)).toBe(
      "a job was accepted (job 7, recipients 2)",
    );
    expect(
      readable(
        '{"level":20,"msg":"attempt","attempt":"7.0.1","job":7,"recipient":0,"try":1,"outcome":"OK","next":{}}',
        20,
      ),
    ).toBe("attempt (attempt 7.0.1, outcome OK)");
  });
  it("below the level is not shown; what is no log is", () => {
    expect(readable('{"level":30,"msg":"worker is up"}', 40)).toBeUndefined();
    expect(readable("{ not json", 40)).toBe("{ not json");
  });
  it("the level comes from the environment, warnings without one", () => {
    expect([leastLevel({}), leastLevel({ DEPESCHE_LOG: "" }), leastLevel({ DEPESCHE_LOG: "info" })]).toEqual([
      40, 40, 30,
    ]);
    expect(() => leastLevel({ DEPESCHE_LOG: "loud" })).toThrow(/DEPESCHE_LOG must be one of trace, .* not "loud"/);
  });
});

it("lines are whole whatever the chunks", () => {
  const lines: string[] = [];
  const take = splitLines((line) => lines.push(line));
  for (const chunk of ["on", "e\ntwo\n\nth", "ree\n"]) take(Buffer.from(chunk));
  expect(lines).toEqual(["one", "two", "three"]);
});

it("readiness is told apart from everything else", () => {
  expect(readiness('{"ready":true,"pid":7}')).toEqual({ ready: true });
  expect(readiness('{"ready":false,"detail":"DEPESCHE_SMTP_PORT: taken"}')).toEqual({
    ready: false,
    detail: "DEPESCHE_SMTP_PORT: taken",
  });
  expect(readiness('{"level":30}')).toBeUndefined();
});

it("the reason of a crash is its error, not the end of its stack trace", () => {
  const crash = [
    "file:///x.ts:3",
    "throw new TypeError('bad');",
    "",
    "TypeError: bad",
    "    at x (x.ts:3)",
    "Node.js v20.20.2",
  ];
  expect(reasonIn(crash)).toBe("TypeError: bad");
  expect(reasonIn(["gateway: port 8080 is taken"])).toBe("gateway: port 8080 is taken");
  expect(reasonIn([])).toBeUndefined();
});
