// Files named on the command line: read whole, written whole; what goes wrong is a usage Failure that names the file.

import { mkdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { usage } from "./command.ts";
import { fileTrouble } from "./failure.ts";

/** An empty file is a Failure, too: nothing that takes a document can do anything with it. */
export async function readDocument(file: string): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    throw usage("fail.file", { file, why: fileTrouble(error) });
  }
  if (content.length === 0) throw usage("fail.file-empty", { file });
  return content;
}

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw usage("fail.folder", { folder, why: fileTrouble(error) });
  }
}

/** Never leaves half a file under the final name. `at`: the file's time, where it should tell more than when it was written. */
export async function writeWhole(file: string, content: Uint8Array, at?: Date): Promise<void> {
  const part = `${file}.part`;
  try {
    await writeFile(part, content);
    if (at) await utimes(part, at, at);
    await rename(part, file);
  } catch (error) {
    throw usage("fail.write", { file, why: fileTrouble(error) });
  }
}
