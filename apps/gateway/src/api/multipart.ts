// multipart/form-data (RFC 7578) read as it arrives: the first file goes to a sink, nothing is held in memory but one boundary.

/** `file` had no part, or a part or the closing boundary is missing or broken. */
export class BrokenUpload extends Error {}

const MOST_HEADER_BYTES = 16 * 1024;
const CRLF2 = Buffer.from("\r\n\r\n");

/** The boundary of a Content-Type; undefined when it is not multipart or has none. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return undefined;
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

function isFilePart(headers: string): boolean {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  return /;\s*filename\*?=/i.test(disposition) || /;\s*name="?file"?\s*(;|$)/i.test(disposition.trim());
}

/**
 * Reads a multipart body and hands the content of its one file part to `write`, chunk by chunk.
 * Rejects with `BrokenUpload` when the body is no multipart, has no file part, more than one, or ends too early.
 */
export async function readFilePart(
  stream: AsyncIterable<Uint8Array>,
  boundary: string,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first boundary may stand at the very beginning; a CRLF before it makes it like all others.
  let held = Buffer.from("\r\n");
  let state = "preamble" as "preamble" | "headers" | "file" | "field" | "end";
  let files = 0;

  /** Takes what can be taken from `held`; false: more bytes are needed. */
  const step = async (): Promise<boolean> => {
    if (state === "end") {
      held = Buffer.alloc(0);
      return false;
    }
    if (state === "headers") {
      // After a delimiter: "--" ends the body, else the line end and the headers of the next part.
      if (held.length >= 2 && held.subarray(0, 2).toString("latin1") === "--") {
        state = "end";
        return true;
      }
      const end = held.indexOf(CRLF2);
      if (end < 0) {
        if (held.length > MOST_HEADER_BYTES) throw new BrokenUpload("the headers of a part have no end");
        return false;
      }
      const isFile = isFilePart(held.subarray(0, end).toString("utf8"));
      if (isFile) files += 1;
      if (files > 1) throw new BrokenUpload("one file per upload");
      held = held.subarray(end + CRLF2.length);
      state = isFile ? "file" : "field";
      // A part may be empty: its delimiter's CRLF is then the one that ended the headers.
      held = Buffer.concat([Buffer.from("\r\n"), held]);
      skip = 2;
      return true;
    }
    const at = held.indexOf(delimiter);
    const take = at >= 0 ? at : Math.max(0, held.length - delimiter.length + 1);
    await emit(held.subarray(0, take));
    held = held.subarray(at >= 0 ? at + delimiter.length : take);
    if (at >= 0) state = "headers";
    return at >= 0;
  };

  // The two bytes put before a part's content are not part of it.
  let skip = 0;
  const emit = async (bytes: Buffer) => {
    const content = bytes.subarray(skip);
    skip -= Math.min(skip, bytes.length);
    if (content.length > 0 && state === "file") await write(content);
  };

  for await (const chunk of stream) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (await step());
  }
  if (state !== "end") throw new BrokenUpload("the closing boundary is missing");
  if (files === 0) throw new BrokenUpload("there is no file in it");
}
