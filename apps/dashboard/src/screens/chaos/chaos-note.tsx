// In the stripe of every screen: that chaos is on, and how much.

import type { Client } from "@depesche/client";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { chaosState, disturbed, disturbedWords, useChaosFresh } from "./state.ts";

export function ChaosNote({ client }: { client: Client }) {
  useChaosFresh(client, false);
  const { view } = useSignal(chaosState);
  if (!view || disturbed(view).length === 0) return null;
  return (
    <a class="chaos-note" href={urlOf({ page: "chaos" })}>
      <Icon name="dice" /> {t("chaosStripe", { what: disturbedWords(view) })}
    </a>
  );
}
