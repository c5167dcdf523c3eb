// Why a call ended, by cause code: in plain German (in English the gateway's own text is that), and which row of the ladder decided it.

import type { LadderLine } from "@depesche/client";
import type { Cause } from "@depesche/core";
import { language } from "../../language.ts";

/** Those that an attempt of ours can have: T.30's in the order of packages/t30/src/outcome.ts, then signalling, the channel, the house. */
const GERMAN: Readonly<Record<string, string>> = {
  busy: "Der Anschluss ist besetzt.",
  "no-answer": "Niemand hat abgenommen.",
  unassigned: "Die Nummer ist nicht vergeben.",
  "network-fault": "Das Telefonnetz meldet einen Fehler.",
  "no-service": "Der Anschluss bietet keinen Faxdienst.",
  stalled: "Die Leitung kam nicht mehr voran.",
  completed: "Alle Seiten wurden übertragen und bestätigt.",
  "no-fax-tone": "Es wurde abgenommen, aber kein Faxgerät gehört.",
  "hung-up-without-fax-tone": "Es wurde abgenommen und vor einem Faxton aufgelegt.",
  "no-dis": "Ein Faxgerät war zu hören, hat sich aber nicht gemeldet (kein DIS).",
  "hung-up-before-dis": "Das Faxgerät hat aufgelegt, bevor es sich gemeldet hat.",
  "cannot-receive": "Das ferne Gerät kann nicht empfangen.",
  "no-common-modulation": "Beide Geräte haben keine gemeinsame Übertragungsrate.",
  "no-answer-to-dcs": "Das ferne Gerät antwortete nicht auf das Training (DCS, TCF).",
  "training-failed": "Das Training misslang bei jeder Rate.",
  "disconnected-in-phase-b": "Das ferne Gerät beendete den Anruf vor der ersten Seite.",
  "hung-up-in-phase-b": "Die Verbindung brach vor der ersten Seite ab.",
  "hung-up-in-page": "Die Verbindung brach mitten in einer Seite ab.",
  "no-answer-to-page": "Das ferne Gerät antwortete nach einer Seite nicht (MPS, EOM, EOP).",
  "no-answer-to-block": "Das ferne Gerät antwortete nach einem Block nicht (PPS).",
  "no-answer-to-rate-change": "Das ferne Gerät antwortete nicht auf den Ratenwechsel (CTC).",
  "no-answer-to-end-of-retransmission": "Das ferne Gerät antwortete nicht auf das Ende der Wiederholung (EOR).",
  "no-answer-to-ready-query": "Das ferne Gerät antwortete nicht auf die Frage nach Bereitschaft (RR).",
  "not-ready": "Das ferne Gerät war zu lange nicht bereit (RNR).",
  "frames-not-corrected": "Rahmen blieben nach allen Wiederholungen beschädigt.",
  "page-refused": "Das ferne Gerät hat eine Seite wiederholt zurückgewiesen.",
  "disconnected-after-page": "Das ferne Gerät beendete den Anruf, statt eine Seite zu bestätigen.",
  "hung-up-after-page": "Die Verbindung brach vor der Bestätigung einer Seite ab.",
  "page-unavailable": "Eine Seite konnte nicht bereitgestellt werden.",
  stopped: "Der Anruf wurde hier abgebrochen.",
  "media-lost": "Die Verbindung, die das Fax trug, ging verloren.",
  interrupted: "Der Anruf wurde hier angehalten, bevor er zustande kam.",
  "ring-limit": "Es klingelte, und niemand nahm rechtzeitig ab.",
  "no-fax-media": "Der Anruf wurde angenommen, aber nicht von einem Faxgerät.",
  "t38-transport": "Die Gegenseite will einen T.38-Transport, der nicht angeboten war.",
  "sip-timeout": "Die Vermittlung gab keine Antwort.",
  "sip-unreachable": "Die Vermittlung war nicht zu erreichen.",
  "fax-no-pages": "Der Auftrag hat keine Faxseiten.",
  "fax-pages-unreadable": "Die vorbereiteten Seiten waren nicht lesbar.",
  "channel-error": "Der Versand meldete einen eigenen Fehler.",
  "worker-stopped": "Der Arbeiter wurde angehalten, bevor etwas hinausging.",
  "worker-gone": "Der Arbeiter, der diesen Empfänger hielt, wurde beendet.",
  "claim-lost": "Der Arbeiter wusste nicht, ob ihm der Empfänger zugeteilt war.",
  "result-not-storable": "Das Ergebnis ließ sich nicht speichern.",
  blacklist: "Die Nummer steht auf der Sperrliste.",
  "number-invalid": "Die Nummer ist keine gültige Rufnummer.",
  cancelled: "Vom Kunden abgebrochen.",
};

/** SIP final answers with words of their own, as packages/fax-lines/t38/src/answers.ts has them. */
const ANSWERS: Readonly<Record<string, string>> = {
  400: "Die Vermittlung verstand den Anruf nicht.",
  401: "Die Vermittlung verlangt eine Anmeldung.",
  403: "Die Vermittlung lässt den Anruf nicht zu.",
  404: "Die Nummer ist nicht vergeben.",
  406: "Die Gegenseite nimmt kein Fax an.",
  407: "Die Vermittlung verlangt eine Anmeldung.",
  408: "Niemand hat rechtzeitig abgenommen.",
  410: "Die Nummer ist nicht mehr vergeben.",
  415: "Die Gegenseite kennt T.38 nicht.",
  416: "Die Vermittlung kennt diese Art von Adresse nicht.",
  420: "Die Gegenseite verlangt eine Erweiterung, die wir nicht haben.",
  480: "Niemand hat abgenommen.",
  484: "Die Nummer ist unvollständig.",
  485: "Die Nummer ist mehrdeutig.",
  486: "Der Anschluss ist besetzt.",
  487: "Der Anruf endete, während es klingelte.",
  488: "Der Anschluss bietet keinen Faxdienst.",
  600: "Der Anschluss ist überall besetzt.",
  603: "Der Anruf wurde abgelehnt.",
  604: "Die Nummer gibt es nirgends.",
  606: "Die Gegenseite bietet keinen Faxdienst.",
};

/** The cause in plain words; for codes the table does not know, and in English, the gateway's own. */
export function causeWords({ code, text }: Cause): string {
  if (language.get() !== "de") return text;
  if (GERMAN[code]) return GERMAN[code];
  const answer = /^sip-(\d{3})$/.exec(code)?.[1];
  return answer ? (ANSWERS[answer] ?? `Das Telefonnetz meldet einen Fehler (SIP ${answer}).`) : text;
}

type Rule = (line: LadderLine) => boolean;
const named =
  (...names: string[]): Rule =>
  (line) =>
    line.kind === "frame" && names.some((name) => line.name === name || line.name.startsWith(`${name}-`));
const timer =
  (...names: string[]): Rule =>
  (line) =>
    line.kind === "timer" && names.includes(line.name);
const hangUp: Rule = (line) => line.kind === "sip" && /^(BYE|CANCEL)/.test(line.name);
const invited: Rule = (line) => line.name === "INVITE";

/** What to look for, in order of preference; the last such row is the one. */
const DECIDED: readonly [RegExp, ...Rule[]][] = [
  [/^completed$/, named("MCF", "RTP", "PIP")],
  [/^(no-fax-tone|no-dis)$/, timer("T1")],
  [/^no-answer-to|^not-ready$/, timer("T4", "T5")],
  [/^training-failed$/, named("FTT")],
  [/^page-refused$/, named("RTN", "PIN")],
  [/^frames-not-corrected$/, named("ERR", "EOR", "PPR")],
  [/^(cannot-receive|no-common-modulation)$/, named("DIS")],
  [/disconnected/, named("DCN")],
  [/hung-up|gone|lost/, hangUp],
  [/^no-fax-media$|^t38-transport$/, (line) => /^2\d\d /.test(line.name)],
  [/^(ring-limit|sip-timeout|interrupted)$/, hangUp, invited],
  [/./, named("DCN"), hangUp],
];

/** The row at which the call was decided; undefined when the ladder shows none. */
export function decidedAt(lines: readonly LadderLine[], code: string): number | undefined {
  const answer = /^sip-(\d{3})$/.exec(code)?.[1];
  const rules: readonly Rule[] = answer
    ? [(line) => line.kind === "sip" && line.name.startsWith(answer)]
    : (DECIDED.find(([codes]) => codes.test(code))?.slice(1) as Rule[]);
  for (const rule of rules) {
    const at = lines.findLastIndex(rule);
    if (at >= 0) return at;
  }
  return undefined;
}

/** What a frame, tone or timer says, in German; the gateway says it in English. */
const SAYS: Readonly<Record<string, string>> = {
  CNG: "ein Faxgerät ruft an (1100 Hz)",
  CED: "ein Faxgerät meldet sich (2100 Hz)",
  TCF: "Prüfung des Trainings",
  "v21-preamble": "Flaggen vor Rahmen",
  "no-signal": "Stille",
  DIS: "was ich kann",
  CSI: "wer ich bin (gerufene Station)",
  NSF: "herstellereigene Fähigkeiten",
  DCS: "was wir benutzen",
  TSI: "wer ich bin (sendende Station)",
  CFR: "Training ist gut, sende",
  FTT: "Training misslungen, noch einmal",
  CTC: "weiter mit dieser Rate",
  CTR: "einverstanden mit der Rate",
  MPS: "Seitenende, es folgt eine weitere",
  EOM: "Seitenende, es folgt eine andere Art",
  EOP: "Ende der letzten Seite",
  PPS: "Ende eines Blocks",
  EOR: "Ende der Wiederholung, Block aufgegeben",
  RR: "bist du bereit?",
  RNR: "noch nicht bereit",
  MCF: "gut empfangen",
  RTP: "gut empfangen, neu trainieren",
  RTN: "nicht gut empfangen, neu trainieren",
  PPR: "diese Rahmen noch einmal",
  ERR: "einverstanden mit dem Ende der Wiederholung",
  DCN: "auf Wiedersehen",
  CRP: "wiederhole deinen Befehl",
};

/** What a row means, in the language of now. */
export function meaningOf(line: LadderLine): string {
  if (language.get() !== "de") return line.meaning;
  if (line.kind === "timer") return `${line.name} ist abgelaufen`;
  return SAYS[line.name] ?? (line.kind === "frame" ? SAYS[line.name.replace(/-.*/, "")] : undefined) ?? line.meaning;
}
