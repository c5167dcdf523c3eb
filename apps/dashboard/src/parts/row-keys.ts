// Up and down within a table whose rows each hold a link (`.row-link`): the focus goes to the neighbour's.

/** For `onKeyDown` of whatever surrounds the table. */
export function moveByRow(event: KeyboardEvent): void {
  const step =
    event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : undefined;
  const row = (event.target as Element).closest("tbody tr");
  if (!step || !row || (event.target as Element).closest("input, select, textarea")) return;
  const link = row[step]?.querySelector<HTMLElement>(".row-link");
  if (!link) return;
  event.preventDefault();
  link.focus();
}
