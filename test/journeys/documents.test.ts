// What a fax machine receives is what was sent, pel for pel, judged by two TIFF readers nobody here wrote.

import { expect, it } from "vitest";
import { client, finished, fixture, newestFax, sendJob, town } from "./post-office.ts";
import { differingRows, pagesBySharp, pagesByUtif, samePels } from "./tiff-pixels.ts";

it("a TIFF arrives as it is", async () => {
  const to = "+493023125041";
  const job = await sendJob({ Recipient: to, SendFilename1: "two-pages.tif", SendFile1: fixture("two-pages.tif") });
  expect(job.PageCount).toBe("2");
  expect((await finished(job.JobId)).SendResult).toBe("OK");
  const got = await newestFax(to);
  const sent = await pagesBySharp(fixture("two-pages.tif"));
  const received = await pagesBySharp(got);
  expect(received.map((page, i) => differingRows(sent[i]!, page))).toEqual([0, 0]);
  expect(samePels(pagesByUtif(got), received)).toBe(true);
});

it.each([
  ["+493023125042", "a modern machine, MMR with ECM"],
  ["+493023125910", "an old one, MR without ECM"],
  ["+493023125911", "an older one, MH at 9600"],
  ["+493023125913", "one with ECM frames of 64 octets"],
  ["+493023125916", "one that damages frames, so that ECM repeats them"],
])("a PDF arrives at %s, %s, as the pages the gateway shows", async (to) => {
  const { id, pages } = await client.createJob({
    channel: "fax",
    recipients: [to],
    documents: [{ name: "letter.pdf", base64: Buffer.from(fixture("letter.pdf")).toString("base64") }],
  });
  expect(pages).toBe(2);
  expect((await finished(String(id))).SendResult).toBe("OK");
  const received = await pagesBySharp(await newestFax(to));
  expect(received.map((page) => page.width)).toEqual([1728, 1728]);
  // The machines of all kinds hold the same pels: the modern one's are the measure.
  const twin = await client.createJob({
    channel: "fax",
    recipients: ["+493023125043"],
    documents: [{ name: "letter.pdf", base64: Buffer.from(fixture("letter.pdf")).toString("base64") }],
  });
  await finished(String(twin.id));
  const measure = await pagesBySharp(await newestFax("+493023125043"));
  expect(received.map((page, i) => differingRows(measure[i]!, page))).toEqual([0, 0]);
  // And there is something on them.
  expect(received.every((page) => page.pels.filter((pel) => pel === 1).length > 5000)).toBe(true);
});

it("text becomes a page, and several files one fax in their order", async () => {
  const to = "+493023125044";
  const job = await sendJob({
    Recipient: to,
    SendText: "Deckblatt\n\nÄpfel für 3 €",
    SendFilename1: "letter.pdf",
    SendFile1: fixture("letter.pdf"),
    SendFilename2: "two-pages.tif",
    SendFile2: fixture("two-pages.tif"),
  });
  expect(job.PageCount).toBe("5");
  expect((await finished(job.JobId)).SendResult).toBe("OK");
  const received = await pagesBySharp(await newestFax(to));
  const drawing = await pagesBySharp(fixture("two-pages.tif"));
  expect(received).toHaveLength(5);
  expect([differingRows(drawing[0]!, received[3]!), differingRows(drawing[1]!, received[4]!)]).toEqual([0, 0]);
});

it("the wire log keeps one line for the call, with the attempt it was made for", async () => {
  const { id } = await client.createJob({ channel: "fax", recipients: ["+493023125045"], text: "Spur" });
  await finished(String(id));
  const { calls } = await town("/exchange/calls?number=%2B493023125045");
  // Other journeys may have dialled the number, too.
  const ours = (calls as { attempt?: string }[]).filter((call) => call.attempt?.startsWith(`${id}.`));
  expect(ours).toMatchObject([{ to: "+493023125045", result: "OK", pages: 1, attempt: `${id}.0.1` }]);
});
