// Who has written STOP to which number of the account, by Twilio's default keywords.

const STOP_WORDS = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"]);
const START_WORDS = new Set(["START", "YES", "UNSTOP"]);

export class OptOuts {
  readonly #pairs = new Set<string>();

  /** A message that is nothing but a keyword changes what the subscriber wants; the note keeps it over restarts. */
  heed({ from, to, text }: { from: string; to: string; text: string }): Record<string, unknown> | undefined {
    const word = text.trim().toUpperCase();
    const optedOut = STOP_WORDS.has(word);
    if (!optedOut && !START_WORDS.has(word)) return undefined;
    const note = { subscriber: from, number: to, optedOut };
    this.recall(note);
    return note;
  }

  /** Takes up a note; other lines are passed over. */
  recall({ subscriber, number, optedOut }: Record<string, unknown>): void {
    if (optedOut === true) this.#pairs.add(`${subscriber} ${number}`);
    else if (optedOut === false) this.#pairs.delete(`${subscriber} ${number}`);
  }

  /** Whether `to` wants nothing more from `from`. Nobody can answer a name or a service. */
  forbids({ to, from }: { to: string; from?: string }): boolean {
    return from !== undefined && this.#pairs.has(`${to} ${from}`);
  }
}
