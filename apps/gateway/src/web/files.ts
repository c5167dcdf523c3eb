// The dashboard's built files, known by listing: only what is in the list can be asked for, so no path leads out of the folder.

import { type Dirent, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

const MEDIA_TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

export interface WebFile {
  content: Uint8Array<ArrayBuffer>;
  mediaType: string;
  /** The name carries a hash of the content: it never changes. */
  hashed: boolean;
}

export interface WebFiles {
  /** `/index.html`, `/assets/index-a1b2c3d4.js`. */
  get(path: string): Promise<WebFile | undefined>;
}

function list(folder: string): Map<string, string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return new Map(); // not built
  }
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [`/${relative(folder, path).split(sep).join("/")}`, path];
      }),
  );
}

/** Files of a folder. It is listed again when a name is missing, at most once a second, since the dashboard may be built meanwhile. */
export function webFiles(folder: string, monotonic: () => number): WebFiles {
  let names = list(folder);
  let listedAt = monotonic();
  return {
    async get(path) {
      if (!names.has(path) && monotonic() - listedAt > 1000) {
        names = list(folder);
        listedAt = monotonic();
      }
      const file = names.get(path);
      const mediaType = MEDIA_TYPES[extname(path)];
      if (file === undefined || mediaType === undefined) return undefined;
      const content = await readFile(file).catch(() => undefined);
      return content && { content: new Uint8Array(content), mediaType, hashed: path.startsWith("/assets/") };
    },
  };
}
