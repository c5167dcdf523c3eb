// The process behind `depesche`: runs one command line and ends with its exit code.

import { processIo } from "./io.ts";
import { runProgram } from "./program.ts";

// Whoever reads (head, less) may stop reading: then there is nothing left to do, and no reason for a stack trace. A house goes on
// without being heard; it must not be left half stopped.
const isHouse = process.argv[2] === "up";
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!isHouse) process.exit(error.code === "EPIPE" ? 0 : 70);
  });

process.exit(await runProgram(process.argv.slice(2), processIo()));
