// A whole call of a terminal to a machine, in virtual time: what comes in one write or octet by octet (page
// data at the pace of the line) is the same fax.

import { answeringMachine } from "@depesche/fax-machine";
import { blankBitmap, encode } from "@depesche/t4";
import type { TerminalListener } from "@depesche/wire-modem";
import { type CallEnd, ifpPair, runPacedCall, VirtualWall } from "@depesche/wire-t38";
import { expect, it } from "vitest";
import { latch } from "../lines.ts";
import { EmulatedModem } from "./emulated-modem.ts";

const DLE_ETX = "\x10\x03";
const LIMIT_US = 600_000_000;

function codedPage(): Uint8Array {
  const page = blankBitmap(1728, 100);
  for (let y = 0; y < 100; y++) page.data.fill(0x3c, y * 216 + (y % 50), y * 216 + (y % 50) + 3);
  return encode(page, { coding: "MH" });
}

/** Octets as the terminal gives them: bits reversed, DLE doubled, as characters. */
function shielded(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const reversed = Number.parseInt(octet.toString(2).padStart(8, "0").split("").reverse().join(""), 2);
    text += String.fromCharCode(reversed);
    if (reversed === 0x10) text += "\x10";
  }
  return text;
}

/** What the terminal says, each when it has heard the words beside it since it spoke last. */
const dialogue = (page: Uint8Array): [string, string][] => [
  ["", "ATE0+FCLASS=1\r"],
  ["OK\r\n", "ATDT03023125911\r"],
  ["\r\nOK\r\n", "AT+FRH=3\r"],
  ["\r\nOK\r\n", "AT+FTH=3\r"],
  // TSI, DCS: 9600 by V.29, fine, MH.
  ["CONNECT\r\n", `\xff\x03\x43${"7".repeat(20)}${DLE_ETX}`],
  ["CONNECT\r\n", `\xff\x13\x83\x00\x46\x78${DLE_ETX}`],
  ["OK\r\n", "AT+FTS=8;+FTM=96\r"],
  ["CONNECT\r\n", `${"\0".repeat(1800)}${DLE_ETX}`],
  ["OK\r\n", "AT+FRH=3\r"],
  ["\r\nOK\r\n", "AT+FTM=96\r"],
  ["CONNECT\r\n", shielded(page) + DLE_ETX],
  ["OK\r\n", "AT+FTS=8;+FTH=3\r"],
  ["CONNECT\r\n", `\xff\x13\x2f${DLE_ETX}`],
  ["OK\r\n", "AT+FRH=3\r"],
  ["\r\nOK\r\n", "AT+FTH=3\r"],
  ["CONNECT\r\n", `\xff\x13\xfb${DLE_ETX}`],
  ["OK\r\n", "ATH\r"],
  ["OK\r\n", ""],
];

async function call(gapUs: number): Promise<{ end: CallEnd; pages: Uint8Array[]; remoteId: string }> {
  const wall = new VirtualWall();
  const machine = answeringMachine({ mood: "mh-9600", stationId: "+49 30 23125 911" });
  let ended: CallEnd | undefined;
  const modem = new EmulatedModem({
    number: "+493023125920",
    wall,
    async dial() {
      const [port, theirs] = ifpPair({ wall });
      const over = latch();
      void runPacedCall({
        side: "answerer",
        party: machine,
        port: theirs,
        tcf: "transferred",
        wall,
        receivedPage: async ({ octets, format }) => machine.receive(octets, format),
      }).then((end) => {
        ended = end;
        over.release();
      });
      return { answered: true, port, over: over.done, hangUp: () => port.close() };
    },
  });
  let listener: TerminalListener | undefined;
  let heard = "";
  const left = dialogue(codedPage());
  const talk = () => {
    const [words, text] = left[0] ?? ["never", ""];
    if (!heard.includes(words)) return;
    left.shift();
    heard = "";
    // A program takes a moment, then writes.
    let atUs = wall.nowUs() + 20_000;
    // Page data comes at the line's own 1200 octets a second at least: no modem can wait for it.
    const pieces = gapUs === 0 ? [text] : (text.match(text.length > 100 ? /.{1,24}/gs : /./gs) ?? []);
    for (const piece of pieces) {
      wall.at(atUs, () => listener?.octets(Uint8Array.from(piece, (char) => char.charCodeAt(0))));
      atUs += gapUs;
    }
  };
  modem.plug({
    write(octets) {
      // Flow control is not among the words.
      heard += String.fromCharCode(...octets.filter((octet) => octet !== 0x11 && octet !== 0x13));
      talk();
    },
    hold() {},
    listen(given) {
      listener = given;
    },
    close() {},
  });
  talk();
  await wall.run(LIMIT_US, () => ended !== undefined);
  modem.close();
  expect(left.length, heard).toBeLessThan(2);
  return { end: ended!, pages: machine.pages.map(({ octets }) => octets), remoteId: machine.remoteId() };
}

it.each([0, 20_000])("with gaps of %d microseconds the machine gets the page as it was", async (gapUs) => {
  const { end, pages, remoteId } = await call(gapUs);
  expect(end).toMatchObject({ cause: "completed", pages: 1, dropped: 0 });
  expect(remoteId).toBe("7".repeat(20));
  expect(pages.map((page) => [...page])).toEqual([[...codedPage()]]);
});
