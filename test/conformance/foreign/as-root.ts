// Programs that only root may run: they capture, or send over raw sockets.

/** The command that runs `program` as root: itself, or by sudo that asks for nothing. Without either its test fails. */
export function asRoot(program: string, args: readonly string[]): [command: string, args: string[]] {
  return process.getuid?.() === 0 ? [program, [...args]] : ["sudo", ["-n", program, ...args]];
}
