import { describe, expect, it } from "vitest";
import { type Flags, nearest, readArguments } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import type { Failure } from "./failure.ts";

const flags: Flags = {
  out: { value: "DIR", meaning: "flag.json" },
  channel: { value: "NAME", many: true, meaning: "flag.json" },
  watch: { short: "w", meaning: "flag.json" },
  help: { short: "h", meaning: "flag.help" },
};
const read = (...args: string[]) => readArguments({ name: "try", flags }, args);
function refusal(...args: string[]): Pick<Failure, "key" | "exitCode" | "values"> {
  try {
    read(...args);
  } catch (error) {
    return error as Failure;
  }
  throw new Error("was taken");
}

describe("arguments", () => {
  it("words and flags may stand in any order; numbers with a plus are words", () => {
    const asked = read("fax", "+493023125001", "--out", "dir", "letter.pdf", "-w");
    if (asked === "help") throw new Error("no help was asked for");
    expect(asked.positionals).toEqual(["fax", "+493023125001", "letter.pdf"]);
    expect(asked.text("out")).toBe("dir");
    expect(asked.yes("watch")).toBe(true);
    expect(asked.yes("channel")).toBe(false);
  });

  it("a flag that may stand several times keeps all values", () => {
    const asked = read("--channel", "fax", "--channel=sms");
    expect(asked !== "help" && asked.texts("channel")).toEqual(["fax", "sms"]);
  });

  it("behind two hyphens everything is a word", () => {
    const asked = read("--", "--out");
    expect(asked !== "help" && asked.positionals).toEqual(["--out"]);
  });

  it("an unknown flag is named, with the one that was meant", () => {
    expect(refusal("--wacth")).toMatchObject({
      exitCode: EXIT.usage,
      key: "fail.flag-unknown-meant",
      values: { flag: "--wacth", meant: "--watch" },
    });
    expect(refusal("--entirely-different")).toMatchObject({ key: "fail.flag-unknown" });
  });

  it("a value that is missing is asked for, also when the next flag stands in its place", () => {
    expect(refusal("--out")).toMatchObject({ key: "fail.flag-needs-value", values: { flag: "--out", value: "DIR" } });
    expect(refusal("--out", "--watch")).toMatchObject({ key: "fail.flag-needs-value" });
  });

  it("a switch takes no value, and a value flag stands once", () => {
    expect(refusal("--watch=yes")).toMatchObject({ key: "fail.flag-takes-nothing" });
    expect(refusal("--out", "a", "--out", "b")).toMatchObject({ key: "fail.flag-twice" });
  });

  it("help is told apart from everything else", () => {
    expect(read("fax", "-h")).toBe("help");
  });
});

it("only words that differ little count as meant", () => {
  expect(nearest("stauts", ["status", "send"])).toBe("status");
  expect(nearest("up", ["load"])).toBeUndefined();
});
