// `depesche doctor`: whether a start would succeed here, and what would widen what the house can do.

import { readSettings } from "@depesche/core";
import { type Command, usage } from "../command.ts";
import { examine, type Finding } from "../doctor/checks.ts";
import { EXIT } from "../exit-code.ts";
import { type Io, json, line, paint } from "../io.ts";
import { columns } from "../table.ts";

export const doctor: Command = {
  name: "doctor",
  usage: ["[--json]"],
  summary: "doctor.summary",
  flags: { json: { meaning: "flag.json" } },
  notes: ["doctor.note"],
  examples: ["depesche doctor", "DEPESCHE_PORT=9000 depesche doctor"],
  async run(asked, io) {
    if (asked.positionals.length > 0) throw usage("fail.no-words", { command: "doctor" });
    const read = readSettings(io.env);
    if (!read.ok) {
      for (const problem of read.problems) io.err.write(`depesche: ${problem}\n`);
      return EXIT.usage;
    }
    const findings = await examine({ settings: read.settings, nodeVersion: process.versions.node, env: io.env });
    const isFine = findings.every((f) => f.state !== "wrong");
    if (asked.yes("json")) {
      const checks = findings.map((f) => ({
        check: f.check,
        state: f.state,
        ...f.values,
        text: io.say(f.key, f.values),
      }));
      json(io, { ok: isFine, checks });
    } else tell(findings, isFine, io);
    return isFine ? EXIT.ok : EXIT.failed;
  },
};

const STYLES = { ok: "green", warning: "yellow", wrong: "red", absent: "dim" } as const;

function tell(findings: Finding[], isFine: boolean, io: Io): void {
  const { say } = io;
  const isProgram = (f: Finding) => f.check.startsWith("program:");
  const row = (f: Finding) => [paint(io, STYLES[f.state], say(`doctor.state.${f.state}`)), say(f.key, f.values)];
  for (const text of columns(findings.filter((f) => !isProgram(f)).map(row))) line(io, text);
  line(io, `\n${say("doctor.optional")}`);
  const programs = findings.filter(isProgram);
  for (const text of columns(programs.map((f) => [...row(f), addition(f, io)]))) line(io, text);
  line(io, `\n${paint(io, isFine ? "green" : "red", say(verdict(findings, isFine)))}`);
}

function verdict(findings: Finding[], isFine: boolean): "doctor.fine" | "doctor.not-fine" | "doctor.running" {
  if (!isFine) return "doctor.not-fine";
  return findings.some((f) => f.key === "doctor.data.owned") ? "doctor.running" : "doctor.fine";
}

/** What is there says its version; what is not, how to get it. */
function addition(f: Finding, { say }: Io): string {
  if (f.state === "absent") return `apt install ${f.values.debian}`;
  return f.values.version === undefined ? "" : say("doctor.version", { version: f.values.version });
}
