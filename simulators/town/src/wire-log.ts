// All wire logs of the town as one stream of JSON lines, each with the channel it belongs to.

import * as fs from "node:fs";
import * as readline from "node:readline";
import type { House } from "./house.ts";

/** Lines of the logs one after the other; a log that has not begun has none. Read line by line, so its size does not matter. */
export async function* wireLines(logs: readonly NonNullable<House["wireLog"]>[]): AsyncGenerator<string> {
  for (const { channel, file } of logs) {
    if (!fs.existsSync(file)) continue;
    const lines = readline.createInterface({ input: fs.createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      // A line that is being written, or was cut by a crash, is no line yet.
      if (!line.startsWith("{") || !line.endsWith("}")) continue;
      yield `{"channel":"${channel}",${line.slice(1)}\n`;
    }
  }
}

/** The lines as octets, gathered so that a long log does not become as many chunks as it has lines. */
export function asStream(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      let text = "";
      while (text.length < 65_536) {
        const { value, done } = await lines.next();
        if (done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += value;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
