// One letter: its pages with the window and the zones drawn in, whom it goes to, what it weighs, and where it is.

import type { Client, SimLetter } from "@depesche/client";
import { useEffect, useState } from "preact/hooks";
import { bytes, count, dateTime, deliveryWord } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { Fact } from "../../parts/fact.tsx";
import { Icon } from "../../parts/icons.tsx";
import { download, errorText, Failure, useBlobUrl, useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { PageTurn } from "../../parts/page-turn.tsx";
import { urlOf } from "../../route.ts";

const STEPS = ["acknowledged", "printed", "handed-over"] as const;
const STEP_WORDS: Record<(typeof STEPS)[number], Word> = {
  acknowledged: "lettersAcknowledged",
  printed: "lettersPrinted",
  "handed-over": "lettersHandedOver",
};

/** Our letters are named by job and recipient; those of other senders in the same shop are not. */
export function recipientOf(id: string): { job: number; n: number } | undefined {
  const found = /^(\d{1,15})-(\d{1,9})$/.exec(id);
  return found ? { job: Number(found[1]), n: Number(found[2]) } : undefined;
}

interface Props {
  client: Client;
  letter: SimLetter;
  /** The shop has something new to tell of it. */
  onChange(): void;
}

export function LetterDetail({ client, letter, onChange }: Props) {
  const ours = recipientOf(letter.id);
  const [problem, setProblem] = useState<unknown>();
  const save = () =>
    download(`letter-${letter.id}.pdf`, () => client.simulation.letterPdf(letter.id)).catch(setProblem);
  const giveBack = () => {
    setProblem(undefined);
    client.simulation.returnLetter(letter.id).then(onChange, setProblem);
  };
  return (
    <section class="letter-view" aria-label={`${t("letters")} ${letter.id}`}>
      <div class="letter-facts">
        <h2>{letter.address[0] ?? letter.id}</h2>
        <address>{letter.address.join("\n")}</address>
        <Course client={client} letter={letter} ours={ours} />
        <dl class="facts">
          <Fact word={t("lettersPaper")} value={paperText(letter)} />
          {letter.envelope && (
            <Fact word={t("lettersEnvelope")} value={letter.envelope === "C4" ? "C4" : t("lettersDinLang")} />
          )}
          {letter.postageClass && (
            <Fact
              word={t("lettersPostage")}
              value={
                letter.gram === undefined ? letter.postageClass : `${letter.postageClass}, ${count(letter.gram)} g`
              }
            />
          )}
          {letter.bytes !== undefined && <Fact word={t("lettersPdf")} value={bytes(letter.bytes)} />}
        </dl>
        <p class="letter-commands">
          {ours && (
            <a class="button" href={urlOf({ page: "job", id: ours.job, n: ours.n })}>
              {t("job")} {ours.job}
            </a>
          )}
          <button type="button" onClick={save}>
            <Icon name="down" /> PDF
          </button>
          {letter.state === "handed-over" && (
            <button type="button" onClick={giveBack}>
              <Icon name="loop" /> {t("lettersReturn")}
            </button>
          )}
        </p>
        {!ours && <p class="quiet">{t("lettersForeign")}</p>}
        {problem !== undefined && <Failure error={problem} />}
        <Legend />
      </div>
      <Sheet key={letter.id} client={client} letter={letter} />
    </section>
  );
}

function paperText({ pages, sheets, duplex, colour }: SimLetter): string {
  const text = t("lettersPages", { pages: count(pages), sheets: count(sheets) });
  const sides = duplex === undefined ? "" : ` · ${t(duplex ? "lettersDuplex" : "lettersSimplex")}`;
  const ink = colour === undefined ? "" : ` · ${t(colour ? "lettersColour" : "lettersBlack")}`;
  return text + sides + ink;
}

/** Where it is on its way, and what the ledger has heard of it. */
function Course({
  client,
  letter: { state, simAt },
  ours,
}: {
  client: Client;
  letter: SimLetter;
  ours: { job: number; n: number } | undefined;
}) {
  const known = useLoad(ours ? `letter:${ours.job}:${ours.n}:${state}` : "", async () =>
    ours ? (await client.recipients(ours.job, { from: ours.n, limit: 1 })).items[0] : undefined,
  );
  // What comes back was handed over before.
  const at = state === "returned" ? STEPS.length - 1 : STEPS.indexOf(state as (typeof STEPS)[number]);
  const delivery = state === "returned" ? state : known.value?.delivery;
  const astray = delivery === "returned" || delivery === "re-routed";
  return (
    <>
      <ol class="letter-course" aria-label={t("state")}>
        {STEPS.map((step, index) => (
          <li key={step} class={index <= at ? "done" : undefined} aria-current={index === at ? "step" : undefined}>
            <Icon name={index <= at ? "check" : "dot"} /> {t(STEP_WORDS[step])}
            {index === 0 && <time>{dateTime(simAt)}</time>}
            {index > at && <span class="unseen">{t("lettersAhead")}</span>}
          </li>
        ))}
        {at < 0 && (
          <li class="done">
            <Icon name="dot" /> {state}
          </li>
        )}
      </ol>
      {astray && (
        <p>
          <Mark
            icon={delivery === "returned" ? "cross" : "loop"}
            tone={delivery === "returned" ? "bad" : "warn"}
            word={deliveryWord(delivery)}
          />{" "}
          {known.value?.deliveryAt && <span class="quiet">{dateTime(known.value.deliveryAt)}</span>}
        </p>
      )}
      {at === 0 && <p class="quiet">{t("lettersNextPrinted")}</p>}
      {at === 1 && <p class="quiet">{t("lettersNextHandedOver")}</p>}
      {at === 2 && !astray && <p class="quiet">{t("lettersNextNone")}</p>}
    </>
  );
}

function Legend() {
  return (
    <ul class="letter-legend" aria-label={t("lettersLegend")}>
      <li>
        <i class="zone-window" /> {t("lettersWindow")}
      </li>
      <li>
        <i class="zone-recipient" /> {t("lettersRecipient")}
      </li>
      <li>
        <i class="zone-strip" /> {t("lettersStrip")}
      </li>
      <li>
        <i class="zone-fold" /> {t("lettersFold")}
      </li>
    </ul>
  );
}

function Sheet({ client, letter: { id, pages } }: { client: Client; letter: SimLetter }) {
  const [page, setPage] = useState(1);
  const { url, error } = useBlobUrl(`letter:${id}:${page}`, () => client.simulation.letterPage(id, page));
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const by = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : 0;
      if (by === 0 || pages < 2) return;
      event.preventDefault();
      setPage((now) => Math.min(pages, Math.max(1, now + by)));
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [pages]);
  const label = t("pageOf", { k: page, n: pages });
  return (
    <div class="letter-sheet">
      {pages > 1 && <PageTurn page={page} last={pages} label={label} onTurn={setPage} />}
      {error !== undefined ? (
        <p class="empty">{errorText(error)}</p>
      ) : url ? (
        <img class="paper" src={url} alt={label} />
      ) : (
        <div class="paper blank" />
      )}
    </div>
  );
}
