// DIS beside DCS: what the receiver can, what was used, and what was refused by our choice, bit by bit of T.30's table 2.

import type { AttemptView, Client, Ladder, LadderField, LadderLine } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { useState } from "preact/hooks";
import { t, type Word } from "../../language.ts";
import { useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { type CompareRow, compareRows, type Verdict } from "./compare-rows.ts";

interface Props {
  client: Client;
  attempt: AttemptKey;
  ladder: Ladder;
  attempts: readonly AttemptView[];
}

/** The last frame of this name that came whole: after a renegotiation it is the one in force. */
function lastOf(lines: readonly LadderLine[], name: string): { line: LadderLine; row: number } | undefined {
  const row = lines.findLastIndex((line) => line.name === name && !line.damaged);
  const line = lines[row];
  return line && { line, row };
}

export function Compare({ client, attempt, ladder, attempts }: Props) {
  const [other, setOther] = useState<AttemptKey>();
  const others = attempts.filter((one) => one.key !== attempt);
  const dis = lastOf(ladder.lines, "DIS");
  const dcs = lastOf(ladder.lines, "DCS");
  if (!dis) return <p class="empty">{t("callNoDis")}</p>;
  return (
    <section class="compare" aria-label={t("callCompare")}>
      <div class="section-head">
        <p>
          <Origin attempt={attempt} found={dis} name="DIS" />{" "}
          {dcs ? <Origin attempt={attempt} found={dcs} name="DCS" /> : t("callNoDcs")}
        </p>
        {others.length > 0 && (
          <label class="commands">
            {t("callOtherAttempt")}
            <select
              value={other ?? ""}
              onChange={(event) => setOther((event.currentTarget.value || undefined) as AttemptKey | undefined)}
            >
              <option value="">{t("callNone")}</option>
              {others.map(({ key, outcome }) => (
                <option key={key} value={key}>
                  {t("attempt")} {key.split(".")[2]} · {outcome}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {other ? (
        <WithOther client={client} other={other} dis={dis.line} dcs={dcs?.line} />
      ) : (
        <Rows dis={dis.line} dcs={dcs?.line} />
      )}
    </section>
  );
}

function Origin({ attempt, found, name }: { attempt: AttemptKey; found: { row: number }; name: string }) {
  return <a href={urlOf({ page: "call", key: attempt, row: found.row })}>{name}</a>;
}

function WithOther(props: { client: Client; other: AttemptKey; dis: LadderLine; dcs: LadderLine | undefined }) {
  const { client, other, dis, dcs } = props;
  const { value, error } = useLoad(`ladder:${other}`, () => client.ladder(other));
  const found = value && lastOf(value.lines, "DIS");
  return (
    <>
      {error !== undefined && <p class="empty">{t("noLadder")}</p>}
      {value && !found && <p class="empty">{t("callNoDis")}</p>}
      <Rows dis={dis} dcs={dcs} beside={found?.line.fields} />
    </>
  );
}

const MARKS: Record<
  Verdict,
  { icon: "check" | "minus" | "slash" | "dot"; tone: "good" | "warn" | "calm"; word: Word }
> = {
  used: { icon: "check", tone: "good", word: "callIsUsed" },
  refused: { icon: "minus", tone: "warn", word: "callRefused" },
  absent: { icon: "slash", tone: "calm", word: "callNotOffered" },
  frame: { icon: "dot", tone: "calm", word: "callWhyFlow" },
};

/** A value of a field in the words of now; what is a number or a name stays. */
function said(value: string): string {
  return value === "yes" ? t("callYes") : value === "no" ? t("callNo") : value === "-" ? "–" : value;
}

interface RowsProps {
  dis: LadderLine;
  dcs: LadderLine | undefined;
  /** The DIS of another attempt. */
  beside?: readonly LadderField[] | undefined;
}

function Rows({ dis, dcs, beside }: RowsProps) {
  const octets = (dis.octets?.length ?? 0) / 2 - (dis.fifAt ?? 0);
  return (
    <table>
      <thead>
        <tr>
          <th class="num">Bit</th>
          <th class="grow">{t("callFeature")}</th>
          <th>
            <span class="wide">{t("callCan")}: </span>DIS
          </th>
          {beside && <th>DIS ({t("callDiffers")}?)</th>}
          <th>
            <span class="wide">{t("callUsed")}: </span>DCS
          </th>
          <th>{t("callVerdict")}</th>
        </tr>
      </thead>
      <tbody>
        {compareRows(dis.fields, dcs?.fields).map((row) => (
          <Row key={row.bit} row={row} beside={beside} />
        ))}
      </tbody>
      {octets > 0 && (
        <tfoot>
          <tr>
            <td colSpan={beside ? 6 : 5} class="quiet">
              {t("callBeyond", { bit: octets * 8 + 1 })}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Row({ row, beside }: { row: CompareRow; beside: readonly LadderField[] | undefined }) {
  const there = beside?.find((field) => field.bit === row.bit)?.value ?? "–";
  const mark = row.verdict && MARKS[row.verdict];
  return (
    <tr class={row.verdict === "absent" || row.verdict === "frame" ? "faint" : undefined}>
      <td class="num">{row.bits > 1 ? `${row.bit}–${row.bit + row.bits - 1}` : row.bit}</td>
      <th scope="row" class="grow">
        {row.name}
      </th>
      <td>{said(row.can)}</td>
      {beside && (
        <td>
          {said(there)} {there !== row.can && <Mark icon="alert" tone="warn" word={t("callDiffers")} />}
        </td>
      )}
      <td>{said(row.used)}</td>
      <td class="verdict">
        {mark && <Mark icon={mark.icon} tone={mark.tone} word={t(mark.word)} />}
        {row.reason && <small>{t(row.reason)}</small>}
      </td>
    </tr>
  );
}
