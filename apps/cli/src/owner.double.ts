// A process that takes data folders, says how it went in one line each, and holds them until its stdin ends or it is killed.
// Arguments: the folders. Several begin when the first octet comes in on stdin, so that many processes can run into each other.
// DOUBLE_NOTES in the environment: notes its parent as a process of its own.

import { once } from "node:events";
import { type DataFolder, FolderTaken, takeDataFolder } from "./data-lock.ts";

const folders = process.argv.slice(2);
const held: DataFolder[] = [];

if (folders.length > 1) {
  process.stdout.write("here\n");
  await once(process.stdin, "data");
}
const said = folders.map((folder) => {
  try {
    const one = takeDataFolder(folder);
    if (process.env.DOUBLE_NOTES) one.note([process.ppid]);
    held.push(one);
    return "taken";
  } catch (error) {
    return error instanceof FolderTaken ? "refused" : `${error}`;
  }
});
process.stdout.write(`${said.join(" ")}\n`);
process.stdin
  .on("end", () => {
    for (const one of held) one.release();
  })
  .resume();
