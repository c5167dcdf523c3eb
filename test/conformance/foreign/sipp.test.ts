// sipp, a SIP user agent nobody here wrote, against the exchange over UDP: what each kind of number answers.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { settings } from "../../journeys/post-office.ts";

const HEAD = (method: string, more: string) => `<send${method === "INVITE" ? ' retrans="500"' : ""}><![CDATA[

      ${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: <sip:+493023125999@[local_ip]:[local_port]>;tag=[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 ${method}
      Contact: <sip:+493023125999@[local_ip]:[local_port]>
      ${more}
    ]]></send>`;

const OFFER = `Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=sipp 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[local_ip_type] [local_ip]
      t=0 0
      m=image 6004 udptl t38
      a=T38FaxVersion:0
      a=T38MaxBitRate:14400
      a=T38FaxRateManagement:transferredTCF
      a=T38FaxMaxDatagram:400
      a=T38FaxUdpEC:t38UDPRedundancy
`;

/** Of an answer that is none of 2xx the caller says ACK with the To tag it was given (RFC 3261 section 17.1.1.3). */
const ACK = `<send><![CDATA[

      ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      [last_Via:]
      Max-Forwards: 70
      From: <sip:+493023125999@[local_ip]:[local_port]>;tag=[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Content-Length: 0

    ]]></send>`;

const scenario = (steps: string) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?><!DOCTYPE scenario SYSTEM "sipp.dtd"><scenario name="depesche">${steps}</scenario>`;

const refused = (status: number) =>
  scenario(
    `${HEAD("INVITE", OFFER)}<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/><recv response="${status}"/>${ACK}`,
  );

async function plays(number: string, xml: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-sipp-"));
  try {
    const file = join(folder, "scenario.xml");
    await writeFile(file, xml);
    const exchange = `127.0.0.1:${settings.DEPESCHE_SIP_PORT}`;
    const once = ["-m", "1", "-nostdin", "-timeout", "50s", "-timeout_error", "-i", "127.0.0.1", "-t", "u1"];
    const log = ["-trace_err", "-error_file", join(folder, "errors.log")];
    const ran = await runProgram("sipp", [exchange, "-sf", file, "-s", number, ...once, ...log]);
    expect(ran.code, ran.stdout.slice(-1500) + ran.stderr).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("OPTIONS is answered", () =>
  plays("ping", scenario(`${HEAD("OPTIONS", "Content-Length: 0\n")}<recv response="200"/>`)));

it.each([
  ["+493023125101", "BUSY", 486],
  ["+493023125401", "unassigned", 404],
])("a fax call to %s, %s, is answered %i", (number, _, status) => plays(number, refused(status)));
