import { describe, expect, test } from "vitest";
import { BrokenUpload, boundaryOf, readFilePart } from "./multipart.ts";

const file = (content: string, name = "a.pdf") =>
  `--b0\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/pdf\r\n\r\n${content}\r\n`;
const field = `--b0\r\nContent-Disposition: form-data; name="note"\r\n\r\nnot this\r\n`;
const END = "--b0--\r\n";

/** Reads a body that arrives in pieces of this many bytes. */
async function read(body: string, pieceBytes: number): Promise<string> {
  const bytes = Buffer.from(body, "latin1");
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield new Uint8Array(bytes.subarray(at, at + pieceBytes));
  }
  const got: Uint8Array[] = [];
  await readFilePart(pieces(), "b0", async (chunk) => void got.push(chunk.slice()));
  return Buffer.concat(got).toString("latin1");
}

describe.each([1, 2, 7, 1000])("in pieces of %i bytes", (pieceBytes) => {
  test("the file's bytes come out as they are, other parts left out", async () => {
    expect(await read(field + file("%PDF-1.7\r\nbody") + field + END, pieceBytes)).toBe("%PDF-1.7\r\nbody");
  });

  test("line ends, dashes and beginnings of the boundary belong to the content", async () => {
    const content = "\r\n\r\n--\r\n--b\r\n--c0\r\n\r\n";
    expect(await read(file(content) + END, pieceBytes)).toBe(content);
  });

  test("an empty file is empty", async () => {
    expect(await read(file("") + END, pieceBytes)).toBe("");
  });

  test("text before the first and after the last boundary is nothing", async () => {
    expect(await read(`preamble\r\n${file("x")}${END}epilogue --b0`, pieceBytes)).toBe("x");
  });

  test.each([
    ["two files", file("x") + file("y") + END],
    ["no file", field + END],
    ["no end", file("x")],
    ["nothing", ""],
    ["headers without end", `--b0\r\nX: ${"y".repeat(20_000)}`],
  ])("%s is refused", async (_name, body) => {
    await expect(read(body, pieceBytes)).rejects.toBeInstanceOf(BrokenUpload);
  });
});

test("the boundary is read quoted or bare, and is missed when it is not there", () => {
  expect(boundaryOf("multipart/form-data; boundary=b0")).toBe("b0");
  expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="b 0"')).toBe("b 0");
  expect(boundaryOf("multipart/form-data")).toBeUndefined();
  expect(boundaryOf("application/pdf; boundary=b0")).toBeUndefined();
});
