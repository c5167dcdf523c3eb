import { describe, expect, it } from "vitest";
import { readWhere } from "./where.ts";

const NOW = Date.UTC(2026, 10, 22, 12);

describe("an expression of --where", () => {
  it("becomes the API's filter, each field by its name", () => {
    const text = "outcome=BUSY and channel=fax and to=+4930 and cause=sip-486 and job=17 and since=2h";
    expect(readWhere(text, NOW)).toEqual({
      ok: true,
      filter: {
        outcome: "BUSY",
        channel: "fax",
        address: "+4930",
        cause: "sip-486",
        job: 17,
        since: "2026-11-22T10:00:00.000Z",
      },
    });
  });

  it("takes blanks around the sign, capitals where they say nothing, quotes, and a domain", () => {
    expect(readWhere("Outcome = sendfail AND to='@full.example'", NOW)).toEqual({
      ok: true,
      filter: { outcome: "SENDFAIL", address: "@full.example" },
    });
  });

  it("takes a point in time with a blank in it when it is quoted", () => {
    expect(readWhere('since="2026-11-22 09:00"', NOW)).toEqual({
      ok: true,
      filter: { since: "2026-11-22T08:00:00.000Z" },
    });
  });

  it.each([
    ["", 1, "where.field-missing"],
    ["outcome=BUSY and", 17, "where.field-missing"],
    ["outcom=BUSY", 1, "where.field-meant"],
    ["colour=red", 1, "where.field"],
    ["outcome BUSY", 9, "where.equals"],
    ["outcome", 8, "where.equals"],
    ["outcome=", 9, "where.value"],
    ["outcome==BUSY", 9, "where.value"],
    ["outcome=BUSI", 9, "where.outcome-meant"],
    ["outcome=red", 9, "where.outcome"],
    ["channel=telex", 9, "where.channel"],
    ["cause=Sip_486", 7, "where.cause"],
    ["job=x", 5, "where.job"],
    ["to=030", 4, "where.to"],
    ["since=soon", 7, "where.since"],
    ["job=1 or job=2", 7, "where.and"],
    ["job=1 and job=2", 11, "where.twice"],
    ["to='+49", 4, "where.quote"],
  ])("%j is wrong at character %i: %s", (text, at, key) => {
    expect(readWhere(text, NOW)).toMatchObject({ ok: false, at, key });
  });
});
