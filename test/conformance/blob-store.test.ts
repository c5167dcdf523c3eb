// The blob folder keeps the contract.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBlobFolder } from "@depesche/ledger";
import { blobStoreContract } from "@depesche/ports/contract/blob-store";

blobStoreContract("the blob folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "depesche-blobs-"));
  const { blobs } = await openBlobFolder(folder);
  return {
    store: blobs,
    async spool(bytes) {
      const path = join(folder, "spool", randomUUID());
      await writeFile(path, bytes);
      return path;
    },
    reopen: async () => (await openBlobFolder(folder)).blobs,
    dispose: () => rm(folder, { recursive: true }),
  };
});
