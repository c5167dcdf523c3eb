import { afterEach, describe, expect, it, vi } from "vitest";
import { createDocuments } from "../documents.ts";
import { fixture } from "../fixtures/files.ts";
import { onePagePdf, pdfStream, writtenPdf } from "../fixtures/written-pdf.ts";
import type { Part } from "../results.ts";

// A thread loads its modules and engine anew: on a busy machine for many seconds, each time.
vi.setConfig({ testTimeout: 180_000 });
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const good: Part = { name: "letter.pdf", bytes: fixture("letter.pdf") };
const A4 = "/MediaBox [0 0 595 842]";

/** Forms that draw the next one ten times each: 10^9 operations, which the engine keeps in memory. */
function vast(): Part {
  const forms = Array.from({ length: 10 }, (_, at) =>
    pdfStream(
      `/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X ${at + 6} 0 R >> >>`,
      at < 9 ? "/X Do ".repeat(10) : "0 0 10 10 re f",
    ),
  );
  return { name: "vast.pdf", bytes: onePagePdf(A4, "/X Do", "/XObject << /X 5 0 R >>", forms) };
}

/** A shading whose every pixel takes 20,000 square roots: minutes of work in little memory. */
function slow(): Part {
  const program = pdfStream("/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]", `{ add ${"sqrt ".repeat(20_000)} }`);
  const shading =
    "/Shading << /S << /ShadingType 1 /ColorSpace /DeviceGray /Matrix [595 0 0 842 0 0] /Function 5 0 R >> >>";
  return { name: "slow.pdf", bytes: onePagePdf(A4, "/S sh", shading, [program]) };
}

describe("hostile documents", () => {
  it("are stopped at the wall limit, and the next one is converted", async () => {
    const documents = createDocuments({ threads: 1 });
    const result = await documents.toFaxPages([slow()], { resolution: "fine", limits: { wallMs: 500 } });
    expect(result).toMatchObject({ ok: false, problem: "timeout", part: 0 });
    expect(await documents.toFaxPages([good], { resolution: "fine" })).toMatchObject({ ok: true });
    await documents.close();
  });

  it("but every page made is told, and gives a long one more time", async () => {
    const documents = createDocuments({ threads: 1 });
    const page = `<< /Type /Page /Parent 2 0 R ${A4} /Contents 4 0 R >>`;
    const long = writtenPdf([
      "<< /Type /Catalog /Pages 2 0 R >>",
      `<< /Type /Pages /Kids [${"3 0 R ".repeat(60)}] /Count 60 >>`,
      page,
      pdfStream("", "0 0 m 595 842 l S ".repeat(20)),
    ]);
    await documents.toFaxPages([good], { resolution: "fine" });
    // Time stands still, so that each limit asked for tells how many pages had been made.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const asked = vi.spyOn(globalThis, "setTimeout");
    const limits = { wallMs: 1_500, pageMs: 60_000 };
    const result = await documents.toFaxPages([{ name: "long.pdf", bytes: long }], { resolution: "fine", limits });
    expect(result).toMatchObject({ ok: true, pages: { pageCount: 60 } });
    expect(asked.mock.calls.map(([, ms]) => ms)).toEqual(Array.from({ length: 61 }, (_, n) => 1_500 + n * 60_000));
    vi.useRealTimers();
    await documents.close();
  });

  it("that need more memory than the engine may have cost only the engine", async () => {
    const documents = createDocuments({ threads: 1, limits: { maxEngineBytes: 64 * 1024 * 1024 } });
    // Until the memory is full many seconds may pass.
    const limits = { wallMs: 150_000 };
    const result = await documents.toFaxPages([vast()], { resolution: "fine", limits });
    expect(result).toMatchObject({ ok: false, problem: "too-large", part: 0 });
    expect(await documents.toFaxPages([good], { resolution: "fine" })).toMatchObject({ ok: true });
    await documents.close();
  });
});

describe("the pool", () => {
  it("replaces a thread that has done its share", async () => {
    const documents = createDocuments({ threads: 1, jobsPerThread: 1 });
    for (let job = 0; job < 3; job++) {
      expect(await documents.toFaxPages([good], { resolution: "fine" })).toMatchObject({ ok: true });
    }
    await documents.close();
  });

  it("converts as many documents as are asked for at once, and refuses more than may wait", async () => {
    const documents = createDocuments({ threads: 1, maxWaiting: 2 });
    const results = await Promise.all(Array.from({ length: 5 }, () => documents.inspectPdf(good.bytes)));
    expect(results.map((result) => (result.ok ? "ok" : result.problem))).toEqual([
      "ok",
      "ok",
      "ok",
      "converter-failed",
      "converter-failed",
    ]);
    await documents.close();
  });

  it("ends what is under way and refuses what comes later when it is closed", async () => {
    const documents = createDocuments({ threads: 1 });
    await documents.inspectPdf(good.bytes);
    const running = documents.toFaxPages([slow()], { resolution: "fine" });
    const waiting = documents.inspectPdf(good.bytes);
    await documents.close();
    expect(await running).toMatchObject({ ok: false, problem: "converter-failed" });
    expect(await waiting).toMatchObject({ ok: false, problem: "converter-failed" });
    expect(await documents.inspectPdf(good.bytes)).toMatchObject({ ok: false, problem: "converter-failed" });
  });
});
