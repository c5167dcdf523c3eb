// What can be wrong with a document: the closed list that the faces map to their own codes (FAX.de -6, -7, -14, 58, -3).

/**
 * The closed list of document problems.
 *
 * - `empty-file`: zero bytes, or a list of parts without any.
 * - `unknown-type`: neither name nor content belongs to a type we know.
 * - `format-not-supported`: a known type that needs a program that is not here; `debianPackage` names it.
 * - `not-what-its-name-says`: the extension promises one type, the content is another.
 * - `broken`: the right type, but damaged beyond reading.
 * - `encrypted`: needs a password to open.
 * - `too-large`: more bytes, pixels or memory than the limits allow.
 * - `too-many-pages`: more pages than the limits allow.
 * - `timeout`: not done within the wall limit; the work was stopped.
 * - `converter-failed`: our own fault, not the document's; trying again is sensible.
 */
export const PROBLEMS = [
  "empty-file",
  "unknown-type",
  "format-not-supported",
  "not-what-its-name-says",
  "broken",
  "encrypted",
  "too-large",
  "too-many-pages",
  "timeout",
  "converter-failed",
] as const;

export type DocumentProblem = (typeof PROBLEMS)[number];

/** A document that cannot be used, and why, in a sentence for people. */
export type Problem = {
  ok: false;
  problem: DocumentProblem;
  /** One English sentence, without the document's content. */
  detail: string;
  /** For `format-not-supported`: the Debian package that would help. */
  debianPackage?: string;
};

/** A problem of one of several parts. */
export type PartProblem = Problem & {
  /** Index of the part at fault; 0 for a problem of the whole when there is one part or none. */
  part: number;
};

/**
 * A {@link Problem} on its way out: thrown inside this package, and by those of its functions that give bytes and
 * nothing else.
 */
export class DocumentError extends Error {
  readonly problem: DocumentProblem;
  readonly debianPackage?: string;

  constructor(problem: DocumentProblem, detail: string, debianPackage?: string) {
    super(detail);
    this.name = "DocumentError";
    this.problem = problem;
    this.debianPackage = debianPackage;
  }
}

/** Any thrown value as a problem; what is not a DocumentError is a fault of ours. */
export function asProblem(error: unknown): Problem {
  if (error instanceof DocumentError) {
    const { problem, message: detail, debianPackage } = error;
    return debianPackage === undefined ? { ok: false, problem, detail } : { ok: false, problem, detail, debianPackage };
  }
  return { ok: false, problem: "converter-failed", detail: error instanceof Error ? error.message : String(error) };
}
