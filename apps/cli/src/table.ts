// Columns and paragraphs of plain text.

/** Columns padded to their widest cell, two spaces between; the last column is not padded. Cells listed in `right` are flush right. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, shown(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const gap = " ".repeat((widths[i] as number) - shown(cell));
        return right.includes(i) ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Characters that take room: colours do not. */
function shown(cell: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  return [...cell.replace(/\x1b\[\d+m/g, "")].length;
}

/** A paragraph in lines of at most `width` characters (a longer word stands alone). */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const indent = /^ */.exec(text)?.[0] ?? "";
  let at = "";
  for (const word of text.trim().split(/ +/)) {
    if (at !== "" && indent.length + at.length + 1 + word.length > width) {
      lines.push(indent + at);
      at = word;
    } else at = at === "" ? word : `${at} ${word}`;
  }
  lines.push(indent + at);
  return lines;
}

/** A text cut to `width` characters, with an ellipsis where something is missing; colours take no room and end with the cut. */
export function cut(text: string, width: number): string {
  if (shown(text) <= width) return text;
  let room = Math.max(0, width - 1);
  let kept = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  for (const piece of text.match(/\x1b\[\d+m|./gsu) ?? []) {
    if (piece.length > 1 && piece.startsWith("\x1b")) kept += piece;
    else if (room-- > 0) kept += piece;
    else break;
  }
  return `${kept}…${kept.includes("\x1b") ? "\x1b[0m" : ""}`;
}
