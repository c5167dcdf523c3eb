/** What a script may hold, as JSON Schema: published with the control API, and what scripts are read by. */

import type { ValueSchema } from "./schema.ts";
import { DEEDS, RATES, SAID_FRAMES, SIGNALS } from "./script.ts";

const MAX_PAGE = 1_000;
const MAX_BLOCK = 256;

const bool = (description: string): ValueSchema => ({ description, type: "boolean" });
const whole = (description: string, minimum: number, maximum: number): ValueSchema => ({
  description,
  type: "integer",
  minimum,
  maximum,
});
const part = (description: string): ValueSchema => ({ description, type: "number", minimum: 0, maximum: 1 });
const word = (description: string, words: readonly (string | number)[]): ValueSchema => ({ description, enum: words });
const list = (description: string, maxItems: number, items: ValueSchema): ValueSchema => ({
  description,
  type: "array",
  minItems: 1,
  maxItems,
  items,
});
const fields = (
  description: string,
  properties: Readonly<Record<string, ValueSchema>>,
  required: readonly string[] = [],
): ValueSchema => ({ description, type: "object", additionalProperties: false, required, properties });
/** SUB, SEP, PWD and SID have twenty places of digits, space, * and # (T.30 §5.3.6.2.5). */
const digits = (description: string): ValueSchema => ({
  description: `${description}; digits, space, * and #.`,
  type: "string",
  pattern: "^[0-9 *#]+$",
  maxLength: 20,
});

const page = whole("Only at this page, from 1.", 1, MAX_PAGE);
const block = whole("Only at this block of the page (error correction), from 1.", 1, MAX_BLOCK);
const attempt = whole("Only the nth time, from 1; unset: each time.", 1, 1_000);
const frames = list("Numbers of frames in their block.", 256, whole("A frame, from 0.", 0, 255));

export const SCRIPT_SCHEMA: ValueSchema = fields("What a machine can do and what goes wrong, over its mood.", {
  calls: {
    description: "calls of the number, from 1: every, odd, even, 2, 1-3, 4-; several with commas (default every).",
    type: "string",
    pattern: "^ *(every|odd|even|\\d{1,6}(-(\\d{1,6})?)?) *(, *(every|odd|even|\\d{1,6}(-(\\d{1,6})?)?) *)*$",
    maxLength: 100,
  },
  seed: whole("Noise follows from it and the count of the call; unset: from the number.", 0, 2 ** 32 - 1),
  capabilities: fields("What its DIS says; unset: as its mood has it.", {
    ecm: bool("Error correction (bit 27)."),
    mmr: bool("T.6 (bit 31); only with ecm."),
    mr: bool("T.4 two-dimensional (bit 16)."),
    fine: bool("7.7 lines/mm (bit 15)."),
    superfine: bool("15.4 lines/mm (bit 41)."),
    r300: bool("300 x 300 pels an inch (bit 42)."),
    r16: bool("16 pels/mm (bit 43)."),
    maxRate: word("Fastest modem, bit/s. DIS names families only: 12000 and 7200 are kept by FTT.", RATES),
    width: word("Widest paper, pels a line.", [1728, 2048, 2432]),
    length: word("Longest paper.", ["a4", "b4", "unlimited"]),
    frameSize: word("Octets of an ECM frame it prefers.", [64, 256]),
    minScanMs: word("Shortest time of a line it prints.", [0, 5, 10, 20, 40]),
    sub: bool("Takes a sub-address (bit 49)."),
    sep: bool("Knows selective polling (bit 47)."),
    pwd: bool("Takes a password (bit 50)."),
  }),
  answerDelayMs: whole("From off-hook to CED.", 0, 30_000),
  cedMs: whole("CED; the standard has 2600 to 4000. A machine without: a step at CED that skips it.", 100, 30_000),
  turnaroundMs: whole("Every command and answer comes so much later; T4 is 3000.", 1, 60_000),
  trainsUpTo: word("Training above this rate fails.", RATES),
  damage: list(
    "Frames of a page with error correction that get damaged.",
    100,
    fields("In which block and attempt.", { page, block, attempt, frames }, ["frames"]),
  ),
  noise: fields("Noise on its line, drawn from the seed.", {
    frameErrorRate: part("Part of the ECM frames of pages that arrive damaged."),
    bitErrorRate: { description: "Part of the bits that arrive wrong.", type: "number", minimum: 0, maximum: 0.5 },
    burst: whole("So many frames, or bits, in a row are hit each time.", 1, 1_000),
    loss: part("Part of the frames and pieces of pages that do not arrive."),
  }),
  answers: list(
    "How it answers a page. RTN and RTP: error correction is not offered then.",
    100,
    fields(
      "One answer.",
      {
        page: whole("To this page, from 1.", 1, MAX_PAGE),
        with: word("What it says.", ["RTN", "RTP", "PIP", "PIN", "DCN", "silence"]),
        times: whole("So often; default once.", 1, 1_000),
      },
      ["page", "with"],
    ),
  ),
  notReady: fields(
    "RNR before it confirms a page, so often or for so long (error correction only).",
    {
      page: whole("This page, from 1.", 1, MAX_PAGE),
      block,
      times: whole("So often.", 1, 1_000),
      seconds: { description: "For so long.", type: "number", minimum: 0.1, maximum: 3_600 },
    },
    ["page"],
  ),
  paper: whole("Sheets it has; then DCN in the place of a confirmation.", 0, MAX_PAGE),
  silentAt: word("Falls silent for good when this is due.", SIGNALS),
  dcnAt: word("Says DCN when this is due, and hangs up.", SIGNALS),
  hangUpAt: word("Hangs up without a word when this is due; an image is cut off in its midst.", SIGNALS),
  steps: list(
    "Anything else, in order: the first step whose conditions hold is done.",
    100,
    fields(
      "One thing done otherwise.",
      {
        at: word("What it is about to send.", SIGNALS),
        page,
        block,
        attempt,
        do: word("What it does instead.", Object.keys(DEEDS)),
        frame: word("say: this frame.", SAID_FRAMES),
        ms: whole("delay: so much later.", 1, 120_000),
        frames,
        part: part("cut: an image or training ends after this part of it."),
      },
      ["at", "do"],
    ),
  ),
  document: fields(
    "A document to be polled.",
    {
      pages: whole("Test pages.", 1, 20),
      sep: digits("Given out for this SEP only"),
      pwd: digits("Given out with this PWD only"),
    },
    ["pages"],
  ),
  password: digits("Takes pages only with this PWD or SID"),
  subAddresses: list("Takes no other sub-addresses than these.", 50, digits("A sub-address")),
  sends: fields("Said before DCS when it dials, where the other machine offers it.", {
    sub: digits("SUB"),
    pwd: digits("PWD"),
    sid: digits("SID"),
  }),
});
