// `depesche trigger`: makes something happen in the simulated town, for real, and says where to look.

import { basename } from "node:path";
import { type Asked, type Command, GATEWAY_FLAGS, nearest, SIMULATORS_FLAG, usage } from "../command.ts";
import { gateway, simulators } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readDocument } from "../files.ts";
import { causeText } from "../gateway-words.ts";
import { type Io, json, line, paint, plain } from "../io.ts";
import { outcomeText } from "../job-report.ts";
import { outcomeMark } from "../outcome-mark.ts";
import type { CallSeen, MessageSeen } from "../simulators.ts";
import { columns } from "../table.ts";
import { duration } from "../times.ts";
import { bounceLetter, type Happened, replySms, sendAndSee, type TriggerDeps } from "../trigger-run.ts";
import { isTriggerName, TRIGGERS, type TriggerName } from "../triggers.ts";

/** The gateway's own fax number in the simulation. */
const GATEWAY_NUMBER = "+493023125900";
const CALLER = "+493023125001";
const PHONE = "+491713920001";

export const trigger: Command = {
  name: "trigger",
  usage: [
    "busy|noanswer|voice|noring|isdnerr|noservice|sendfail [--to NUMBER]",
    "fax-in [--from NUMBER] [--to NUMBER] FILE|--text TEXT",
    "sms-reply [--from NUMBER] [--text TEXT]",
    "sms-undelivered|mail-bounce [--to RECIPIENT]",
    "letter-bounce FILE",
    "--list",
  ],
  summary: "trigger.summary",
  flags: {
    list: { meaning: "trigger.flag.list" },
    from: { value: "NUMBER", meaning: "trigger.flag.from" },
    to: { value: "NUMBER", meaning: "trigger.flag.to" },
    text: { value: "TEXT", meaning: "trigger.flag.text" },
    ...GATEWAY_FLAGS,
    ...SIMULATORS_FLAG,
  },
  notes: ["trigger.note", "trigger.note.exit"],
  examples: [
    "depesche trigger --list",
    "depesche trigger busy",
    "depesche trigger fax-in --from +493023125007 --to +493023125900 letter.pdf",
    "depesche trigger sms-reply --text STOP",
  ],
  async run(asked, io) {
    if (asked.yes("list")) return list(asked, io);
    const name = nameOf(asked);
    const event = TRIGGERS[name];
    if (event.kind === "fax-in") return faxIn(asked, io);
    const files = asked.positionals.slice(1);
    if (event.kind !== "letter-bounce" && files.length > 0) throw usage("trigger.fail.words", { name });
    const deps: TriggerDeps = {
      client: await gateway(asked, io),
      sims: await simulators(asked, io.env),
      io,
      quiet: asked.yes("json"),
    };
    switch (event.kind) {
      case "sms-reply":
        return smsReply(asked, deps);
      case "letter-bounce":
        return letterBounce(files, deps);
      case "send": {
        const text = asked.text("text") ?? io.say("trigger.text", { name });
        return tellHappened(name, await sendAndSee(event, asked.text("to") ?? event.to, text, deps), deps);
      }
    }
  },
};

function nameOf({ positionals }: Asked): TriggerName {
  const [given] = positionals;
  if (given === undefined) throw usage("trigger.fail.event-missing");
  if (isTriggerName(given)) return given;
  const meant = nearest(given, Object.keys(TRIGGERS));
  throw meant === undefined
    ? usage("trigger.fail.event", { given, known: Object.keys(TRIGGERS).join(", ") })
    : usage("trigger.fail.event-meant", { given, meant });
}

function list(asked: Asked, io: Io): ExitCode {
  const names = Object.keys(TRIGGERS) as TriggerName[];
  const meaning = (name: TriggerName) => io.say(`trigger.event.${name}`);
  if (asked.yes("json"))
    json(
      io,
      names.map((name) => ({ name, meaning: meaning(name) })),
    );
  else for (const text of columns(names.map((name) => [paint(io, "bold", name), meaning(name)]))) line(io, text);
  return EXIT.ok;
}

async function faxIn(asked: Asked, io: Io): Promise<ExitCode> {
  const [, file, more] = asked.positionals;
  const text = asked.text("text");
  if ((file === undefined) === (text === undefined) || more !== undefined) throw usage("trigger.fail.file");
  const content = file === undefined ? Buffer.from(text as string) : await readDocument(file);
  const order = { from: asked.text("from") ?? CALLER, to: asked.text("to") ?? GATEWAY_NUMBER };
  const sims = await simulators(asked, io.env);
  const base64 = content.toString("base64");
  const call = await sims.faxIn(
    // A TIFF goes as it is: what the machine sends is then what the file holds, pixel by pixel.
    isTiff(content)
      ? { ...order, tiff: base64 }
      : { ...order, document: base64, name: file ? basename(file) : "text.txt" },
  );
  if (asked.yes("json")) json(io, call);
  else line(io, callText(call, io));
  if (!asked.yes("json") && call.result === "OK" && order.to === GATEWAY_NUMBER) line(io, io.say("trigger.see.fax-in"));
  return call.result === "OK" ? EXIT.ok : EXIT.failed;
}

async function smsReply(asked: Asked, deps: TriggerDeps): Promise<ExitCode> {
  const { io, quiet } = deps;
  const from = asked.text("from") ?? PHONE;
  const text = asked.text("text") ?? io.say("trigger.reply");
  const reply = await replySms(from, text, io.say("trigger.text", { name: "sms-reply" }), deps);
  if ("asWanted" in reply) return tellHappened("sms-reply", reply, deps);
  if (quiet) json(io, reply);
  else tellReply(reply, io);
  return EXIT.ok;
}

function tellReply({ from = "", to, text, sid }: MessageSeen, io: Io): void {
  line(io, `${paint(io, "green", "✓")} ${io.say("trigger.replied", { from, to, text: plain(text), sid })}`);
  line(io, io.say(text.trim().toUpperCase() === "STOP" ? "trigger.see.stop" : "trigger.see.sms-reply", { from }));
}

async function letterBounce(files: string[], deps: TriggerDeps): Promise<ExitCode> {
  const [file, more] = files;
  if (file === undefined || more !== undefined) throw usage("trigger.fail.letter");
  const bytes = new Uint8Array(await readDocument(file));
  return tellHappened("letter-bounce", await bounceLetter({ name: basename(file), bytes }, deps), deps);
}

function tellHappened(name: TriggerName, happened: Happened, { io, quiet }: TriggerDeps): ExitCode {
  const { job, recipient, asWanted } = happened;
  if (quiet) json(io, { event: name, asWanted, job: { ...job, recipients: [recipient] } });
  else {
    const delivery = recipient.delivery === undefined ? "" : `, ${io.say(`delivery.${recipient.delivery}`)}`;
    const said = `${outcomeMark(recipient.outcome ?? "", io)}${delivery}`;
    const why = recipient.outcome === "OK" || !recipient.cause ? "" : `: ${causeText(recipient.cause, io.language)}`;
    line(io, `${io.say("trigger.job", { id: job.id, to: plain(recipient.address) })} ${said}${why}`);
    if (!asWanted) line(io, paint(io, "red", io.say("trigger.not-so", { name })));
    line(io, io.say(job.channel === "fax" ? "trigger.see.fax" : "trigger.see.job", { id: job.id }));
  }
  return asWanted ? EXIT.ok : EXIT.failed;
}

/** TIFF 6.0 section 2: byte order and 42. */
function isTiff(content: Buffer): boolean {
  const head = content.toString("latin1", 0, 4);
  return head === "II*\0" || head === "MM\0*";
}

function callText(call: CallSeen, io: Io): string {
  const { from, to, pages, cause } = call;
  const time = duration(call.lineUs / 1000, io.language);
  const why = call.result === "OK" ? "" : ` (${plain(cause)})`;
  const head = io.say("trigger.call", { from, to });
  return `${head}: ${outcomeText(call.result, io)}${why}, ${io.say("trigger.ended", { pages, time })}`;
}
