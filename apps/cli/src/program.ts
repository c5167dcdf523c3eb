// The command line as a whole: finds the command, hands it its arguments, makes every error a sentence and an exit code.

import { flagsOf, nearest, readArguments } from "./command.ts";
import { COMMANDS, isCommandName } from "./commands.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { explain, Failure } from "./failure.ts";
import { commandHelp, programHelp } from "./help.ts";
import { type Io, paint } from "./io.ts";

/** Runs one command line (without node and script) and answers its exit code. Never rejects. */
export async function runProgram(argv: string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const { text, exitCode } = explain(error, io.say);
    io.err.write(`${paint({ colour: io.colour && io.err.isTTY === true }, "red", "depesche:")} ${text}\n`);
    // A fault of our own is the one case where the stack helps whoever is asked to look; a person asks for it.
    if (exitCode === EXIT.fault && io.env.DEPESCHE_DEBUG) io.err.write(`${(error as Error).stack ?? ""}\n`);
    return exitCode;
  }
}

async function dispatch(argv: string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    io.out.write(programHelp(io));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === "--version" || name === "-V") {
    io.out.write(`${await version()}\n`);
    return EXIT.ok;
  }
  if (name === "help") return dispatch([rest[0] as string, "--help"], io);
  if (!isCommandName(name)) throw unknownCommand(name);
  const command = await COMMANDS[name].load();
  const asked = readArguments({ name, flags: flagsOf(command, io) }, rest);
  if (asked === "help") {
    io.out.write(commandHelp(command, io));
    return EXIT.ok;
  }
  return command.run(asked, io);
}

function unknownCommand(name: string): Failure {
  const meant = nearest(name, Object.keys(COMMANDS));
  return meant === undefined
    ? new Failure(EXIT.usage, "fail.command-unknown", { name })
    : new Failure(EXIT.usage, "fail.command-unknown-meant", { name, meant });
}

async function version(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
