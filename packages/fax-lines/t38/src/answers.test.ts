import { expect, it } from "vitest";
import { outcomeOf } from "./answers.ts";

it("every answer of a network becomes an outcome", () => {
  const outcomes = Object.fromEntries(
    [486, 600, 603, 480, 408, 487, 404, 410, 484, 604, 488, 606, 415, 500, 502, 503, 504, 302, 699, 799].map(
      (status) => [status, outcomeOf(status, "Word", false).outcome],
    ),
  );
  expect(outcomes).toEqual({
    486: "BUSY",
    600: "BUSY",
    603: "BUSY",
    480: "NOANSWER",
    408: "NOANSWER",
    487: "NOANSWER",
    404: "NORING",
    410: "NORING",
    484: "NORING",
    604: "NORING",
    488: "NOSERVICE",
    606: "NOSERVICE",
    415: "NOSERVICE",
    500: "ISDNERR",
    502: "ISDNERR",
    503: "ISDNERR",
    504: "ISDNERR",
    302: "ISDNERR",
    699: "ISDNERR",
    799: "ISDNERR",
  });
});

it("an answer made up here is never taken for the network's", () => {
  expect(outcomeOf(408, "", true)).toMatchObject({ outcome: "ISDNERR", cause: { code: "sip-timeout" } });
  expect(outcomeOf(503, "", true)).toMatchObject({ outcome: "ISDNERR", cause: { code: "sip-unreachable" } });
});
