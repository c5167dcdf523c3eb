// The process behind `depesche`: runs one command line and ends with its exit code.

import { processIo } from "./io.ts";
import { runProgram } from "./program.ts";

// Whoever reads (head, less) may stop reading: no reason for a stack trace.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));

process.exit(await runProgram(process.argv.slice(2), processIo()));
