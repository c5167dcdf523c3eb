// A row of a ladder taken apart: its octets bit by bit, its fields with clause and place, the frames of page data, the text of a message.

import type { LadderField, LadderLine } from "@depesche/client";
import { useState } from "preact/hooks";
import { lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { meaningOf } from "./causes.ts";

/** A SIP message is cut there (packages/client, LadderLine.octets). */
const MOST_MESSAGE = 2000;

export function Decoded({ line }: { line: LadderLine }) {
  const [field, setField] = useState<number>();
  const octets = octetsOf(line.octets);
  return (
    <>
      <h2>{t("fieldsOf", { name: line.name })}</h2>
      <p>
        {meaningOf(line)} <span class="clause">{line.clause}</span>
      </p>
      {line.airUs !== undefined && line.airUs > 0 && (
        <p class="quiet">
          {t("callAir")}: {lineTime(line.airUs)} s
        </p>
      )}
      {line.kind === "sip" ? (
        <Message octets={octets} />
      ) : (
        octets.length > 0 && (
          <Octets
            octets={octets}
            fifAt={line.fifAt ?? octets.length}
            marked={field === undefined ? undefined : line.fields[field]}
          />
        )
      )}
      {line.ecm && <FrameMap ecm={line.ecm} />}
      {line.kind !== "sip" && line.fields.length === 0 && <p class="quiet">{t("noFields")}</p>}
      {line.fields.length > 0 && <Fields fields={line.fields} picked={field} onPick={setField} />}
    </>
  );
}

function octetsOf(hex = ""): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function Message({ octets }: { octets: number[] }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="sip-text" tabIndex={0} aria-label={t("callMessage")}>
        <pre>{new TextDecoder().decode(Uint8Array.from(octets))}</pre>
      </section>
      {octets.length >= MOST_MESSAGE && <p class="quiet">{t("callCut")}</p>}
    </>
  );
}

const HEAD = ["callHeadAddress", "callHeadControl"] as const;

/** Octets in hex and binary. `marked`: a field whose bits stand out; bit 1 is the first of the information field. */
function Octets({ octets, fifAt, marked }: { octets: number[]; fifAt: number; marked: LadderField | undefined }) {
  const from = marked?.bit ?? 0;
  const to = from + (marked?.bits ?? 1) - 1;
  return (
    <section class="octets-box" aria-label={t("callOctets")}>
      <p class="quiet">{t("callOctetsGloss")}</p>
      <ol class="octets">
        {octets.map((octet, index) => {
          const head = index < fifAt ? HEAD[index] : undefined;
          const first = (index - fifAt) * 8 + 1;
          return (
            <li key={index}>
              <code>{octet.toString(16).padStart(2, "0").toUpperCase()}</code>
              <span class="bits">
                {Array.from(octet.toString(2).padStart(8, "0"), (bit, i) => {
                  const isMarked = index >= fifAt && from > 0 && first + i >= from && first + i <= to;
                  return isMarked ? <mark key={i}>{bit}</mark> : <span key={i}>{bit}</span>;
                })}
              </span>
              <small>{head ? t(head) : index < fifAt ? "FCF" : `${first}–${first + 7}`}</small>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Where a field stands: its bits of the information field. */
function placeOf({ bit, bits = 1 }: LadderField): string {
  if (bit === undefined) return "";
  return bits > 1 ? t("callBits", { from: bit, to: bit + bits - 1 }) : t("callBit", { from: bit });
}

interface FieldsProps {
  fields: readonly LadderField[];
  picked: number | undefined;
  onPick(field: number | undefined): void;
}

function Fields({ fields, picked, onPick }: FieldsProps) {
  return (
    <table>
      <thead>
        <tr>
          <th>{t("field")}</th>
          <th>{t("value")}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field, index) => (
          <tr
            key={`${index}:${field.name}`}
            class={index === picked ? "picked" : field.value === "no" ? "faint" : undefined}
          >
            <th scope="row">
              {field.bit === undefined ? (
                field.name
              ) : (
                <button
                  type="button"
                  class="plain"
                  aria-pressed={index === picked}
                  onClick={() => onPick(index === picked ? undefined : index)}
                >
                  {field.name}
                </button>
              )}
              <span class="clause">{[field.clause, placeOf(field)].filter(Boolean).join(", ")}</span>
            </th>
            <td>{field.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BLOCK = 256;

/** The frames of a block as cells, by number; the counts say the same in words. */
function FrameMap({ ecm }: { ecm: NonNullable<LadderLine["ecm"]> }) {
  const damaged = new Set(ecm.damaged);
  const repeated = new Set(ecm.repeated);
  const counts = t("callEcmCounts", {
    good: ecm.frames - damaged.size,
    damaged: damaged.size,
    repeated: repeated.size,
  });
  const stateOf = (number: number) => {
    if (number >= ecm.frames) return "none";
    return damaged.has(number) ? "bad" : repeated.has(number) ? "again" : "good";
  };
  return (
    <figure class="frame-map">
      <figcaption>
        {t("callBlock", { block: ecm.block, frames: ecm.frames })} · {counts}
      </figcaption>
      <div class="cells" role="img" aria-label={`${t("callMap")}: ${counts}`}>
        {Array.from({ length: BLOCK }, (_, number) => (
          <i key={number} class={stateOf(number)} title={String(number)} />
        ))}
      </div>
      <ul class="cell-key">
        <li>
          <i class="good" /> {t("callGood")}
        </li>
        <li>
          <i class="bad" /> {t("damaged")}
          {damaged.size > 0 && `: ${ecm.damaged.join(", ")}`}
        </li>
        <li>
          <i class="again" /> {t("repeated")}
          {repeated.size > 0 && `: ${ecm.repeated.join(", ")}`}
        </li>
        <li>
          <i class="none" /> {t("callNotPart")}
        </li>
      </ul>
    </figure>
  );
}
