// Recipients as a person writes them: one a line, the reference behind a semicolon.

export interface RecipientLine {
  address: string;
  reference?: string;
}

/** Reads the lines; empty ones are nothing. */
export function readRecipients(text: string): RecipientLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [address = "", ...rest] = line.split(";");
    if (address.trim() === "") return [];
    const reference = rest.join(";").trim();
    return [reference === "" ? { address: address.trim() } : { address: address.trim(), reference }];
  });
}
