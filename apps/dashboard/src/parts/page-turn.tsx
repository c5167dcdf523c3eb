// Turning the pages of something that is shown one page at a time.

import { t } from "../language.ts";
import { Icon } from "./icons.tsx";

interface Props {
  page: number;
  /** Unset: not known (yet). */
  last: number | undefined;
  /** What stands between the buttons. */
  label: string | number;
  onTurn(page: number): void;
}

export function PageTurn({ page, last, label, onTurn }: Props) {
  return (
    <p class="page-turn">
      <button type="button" disabled={page <= 1} aria-label={t("previousPage")} onClick={() => onTurn(page - 1)}>
        <Icon name="back" />
      </button>
      <span aria-live="polite">{label}</span>
      <button type="button" disabled={page === last} aria-label={t("nextPage")} onClick={() => onTurn(page + 1)}>
        <Icon name="arrow" />
      </button>
    </p>
  );
}
