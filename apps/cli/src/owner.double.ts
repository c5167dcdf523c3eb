// A process that takes the data folder of its first argument, says so, and holds it until its stdin ends or it is killed.

import { FolderTaken, takeDataFolder } from "./data-lock.ts";

try {
  const folder = takeDataFolder(process.argv[2] as string);
  if (process.argv[3] === "note") folder.note([process.ppid]);
  process.stdout.write("taken\n");
  process.stdin.on("end", () => folder.release()).resume();
} catch (error) {
  process.stdout.write(error instanceof FolderTaken ? "refused\n" : `${error}\n`);
}
