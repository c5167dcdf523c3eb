// All commands, in the order of the help. Each is loaded only when it is asked for, so that the command line starts fast.

import type { Command } from "./command.ts";
import type { WordKey } from "./language.ts";

interface Entry {
  summary: WordKey;
  load(): Promise<Command>;
}

export const COMMANDS = {
  up: { summary: "up.summary", load: async () => (await import("./commands/up.ts")).up },
  send: { summary: "send.summary", load: async () => (await import("./commands/send.ts")).send },
  status: { summary: "status.summary", load: async () => (await import("./commands/status.ts")).status },
  cancel: { summary: "cancel.summary", load: async () => (await import("./commands/cancel.ts")).cancel },
  pause: { summary: "pause.summary", load: async () => (await import("./commands/hold.ts")).pause },
  resume: { summary: "resume.summary", load: async () => (await import("./commands/hold.ts")).resume },
  jobs: { summary: "jobs.summary", load: async () => (await import("./commands/jobs.ts")).jobs },
  failures: { summary: "failures.summary", load: async () => (await import("./commands/failures.ts")).failures },
  again: { summary: "again.summary", load: async () => (await import("./commands/again.ts")).again },
  lines: { summary: "lines.summary", load: async () => (await import("./commands/lines.ts")).lines },
  ladder: { summary: "ladder.summary", load: async () => (await import("./commands/ladder.ts")).ladder },
  listen: { summary: "listen.summary", load: async () => (await import("./commands/listen.ts")).listen },
  inbox: { summary: "inbox.summary", load: async () => (await import("./commands/inbox.ts")).inbox },
  check: { summary: "check.summary", load: async () => (await import("./commands/check.ts")).check },
  received: { summary: "received.summary", load: async () => (await import("./commands/received.ts")).received },
  trigger: { summary: "trigger.summary", load: async () => (await import("./commands/trigger.ts")).trigger },
  simulate: { summary: "simulate.summary", load: async () => (await import("./commands/simulate.ts")).simulate },
  load: { summary: "load.summary", load: async () => (await import("./commands/load.ts")).load },
  completion: {
    summary: "completion.summary",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
  doctor: { summary: "doctor.summary", load: async () => (await import("./commands/doctor.ts")).doctor },
} as const satisfies Record<string, Entry>;

export function isCommandName(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

type CommandName = keyof typeof COMMANDS;

/** The groups of the help; every command is in one of them. */
export const GROUPS = [
  { title: "help.group.house", names: ["up", "doctor"] },
  { title: "help.group.send", names: ["send", "check"] },
  { title: "help.group.jobs", names: ["status", "jobs", "cancel", "pause", "resume", "failures", "again"] },
  { title: "help.group.look", names: ["ladder", "lines", "inbox", "listen"] },
  { title: "help.group.town", names: ["trigger", "simulate", "received", "load"] },
  { title: "help.group.shell", names: ["completion"] },
] as const satisfies { title: WordKey; names: CommandName[] }[];
