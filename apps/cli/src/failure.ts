// An end that a person must be told about: what, where, what to try, in their language; and the exit code that goes with it.

import { EXIT, type ExitCode } from "./exit-code.ts";
import { isWordKey, type Say, sayIn, type Values, type WordKey } from "./language.ts";

export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly key: WordKey;
  readonly values: Values;

  constructor(exitCode: ExitCode, key: WordKey, values: Values = {}) {
    super(sayIn("en")(key, worded(values, sayIn("en"))));
    this.name = "Failure";
    this.exitCode = exitCode;
    this.key = key;
    this.values = values;
  }
}

/** Any error as a sentence for people and an exit code. Never a stack trace. */
export function explain(error: unknown, say: Say): { text: string; exitCode: ExitCode } {
  if (error instanceof Failure) return { text: say(error.key, worded(error.values, say)), exitCode: error.exitCode };
  const { name, message } = error as Error;
  if (name === "ApiError") return explainAnswer(error as ApiAnswer, say);
  if (name === "Unreachable") {
    const origin = /from (\S+)$/.exec(message)?.[1] ?? "";
    return { text: say("fail.gateway-silent", { url: origin }), exitCode: EXIT.unreachable };
  }
  return { text: say("fail.fault", { what: message || String(error) }), exitCode: EXIT.fault };
}

/** The client's ApiError, by shape: loading the client only to name its class would slow every command's start. */
interface ApiAnswer {
  status: number;
  problem: { detail: string; code: string; errors?: { at: string; message: string }[]; jobId?: number };
}

function explainAnswer({ status, problem }: ApiAnswer, say: Say): { text: string; exitCode: ExitCode } {
  if (status === 404) return { text: say("fail.not-found", { what: problem.detail }), exitCode: EXIT.notFound };
  if (status === 401) return { text: say("fail.key", { what: problem.detail }), exitCode: EXIT.refused };
  const places = (problem.errors ?? []).map((e) => `\n  ${e.at}: ${e.message}`).join("");
  const text = say("fail.refused", { what: problem.detail, code: problem.code }) + places;
  return { text, exitCode: EXIT.refused };
}

/** Why a file cannot be used: the system's code where there are words for it, else its message. */
export function fileTrouble(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code !== undefined && isWordKey(`trouble.${code}`) ? code : message;
}

/** The values of a sentence, a system's code under `why` put into words. */
function worded(values: Values, say: Say): Values {
  const key = `trouble.${values.why}`;
  return isWordKey(key) ? { ...values, why: say(key) } : values;
}
