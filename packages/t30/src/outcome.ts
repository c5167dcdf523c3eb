/** How a call ended: a closed list of causes, each with its clause, its words and the outcome the outside sees. */

/** Outcome words a fax call can have; the same literals as the product's closed list. */
export type Outcome = "OK" | "BUSY" | "NOANSWER" | "VOICE" | "NORING" | "ISDNERR" | "NOSERVICE" | "SENDFAIL";

/** One row of the table of causes. */
export interface CauseFacts {
  outcome: Outcome;
  /** Clause of T.30 that ends the call here, or who ends it. */
  clause: string;
  en: string;
  de: string;
}

const cause = (outcome: Outcome, clause: string, en: string, de: string): CauseFacts => ({ outcome, clause, en, de });

/** Causes by name. The first group is for drivers: a call that never reached a session. */
export const CAUSES = {
  busy: cause("BUSY", "call set-up", "The number is busy.", "Der Anschluss ist besetzt."),
  "no-answer": cause("NOANSWER", "T.30 T0", "Nobody answered.", "Niemand hat abgenommen."),
  unassigned: cause("NORING", "call set-up", "The number is not assigned.", "Die Nummer ist nicht vergeben."),
  "network-fault": cause(
    "ISDNERR",
    "call set-up",
    "The telephone network reported a fault.",
    "Das Telefonnetz meldet einen Fehler.",
  ),
  "no-service": cause(
    "NOSERVICE",
    "call set-up",
    "The number offers no fax service.",
    "Der Anschluss bietet keinen Faxdienst.",
  ),
  stalled: cause("ISDNERR", "line guard", "The line made no progress any more.", "Die Leitung kam nicht mehr voran."),

  completed: cause(
    "OK",
    "T.30 §5.2 phase E",
    "All pages were transferred and confirmed.",
    "Alle Seiten wurden übertragen und bestätigt.",
  ),

  "no-fax-tone": cause(
    "VOICE",
    "T.30 §5.4.3.1 T1",
    "The call was answered, but no fax machine was heard.",
    "Es wurde abgenommen, aber kein Faxgerät gehört.",
  ),
  "hung-up-without-fax-tone": cause(
    "VOICE",
    "T.30 §5.1",
    "The call was answered and ended before a fax tone was heard.",
    "Es wurde abgenommen und vor einem Faxton aufgelegt.",
  ),
  "no-dis": cause(
    "SENDFAIL",
    "T.30 §5.4.3.1 T1",
    "A fax machine was heard, but it never identified itself.",
    "Ein Faxgerät war zu hören, hat sich aber nicht gemeldet (kein DIS).",
  ),
  "hung-up-before-dis": cause(
    "SENDFAIL",
    "T.30 §5.2 phase B",
    "The fax machine hung up before it identified itself.",
    "Das Faxgerät hat aufgelegt, bevor es sich gemeldet hat.",
  ),
  "no-answer-to-dtc": cause(
    "SENDFAIL",
    "T.30 §5.4.3.1 T4",
    "The remote machine did not answer the request for its document (DTC).",
    "Das ferne Gerät antwortete nicht auf den Abruf (DTC).",
  ),
  "nothing-to-poll": cause(
    "SENDFAIL",
    "T.30 table 2 bit 9",
    "The remote machine has no document to be polled.",
    "Das ferne Gerät hält kein Dokument zum Abruf bereit.",
  ),
  "addressing-not-offered": cause(
    "SENDFAIL",
    "T.30 table 2 bits 47, 49, 50",
    "The remote machine knows no sub-address, selective polling or password, and the call needs one.",
    "Das ferne Gerät kennt keine Unteradresse, keinen gezielten Abruf oder kein Kennwort; der Anruf braucht es.",
  ),
  "operator-wanted": cause(
    "SENDFAIL",
    "T.30 §5.4.3.1 T3",
    "The remote machine called for an operator, and nobody came.",
    "Das ferne Gerät rief nach einer Bedienperson, und niemand kam.",
  ),
  "cannot-receive": cause(
    "SENDFAIL",
    "T.30 table 2 bit 10",
    "The remote machine cannot receive.",
    "Das ferne Gerät kann nicht empfangen.",
  ),
  "no-common-modulation": cause(
    "SENDFAIL",
    "T.30 table 2 bits 11-14",
    "Both machines have no transmission rate in common.",
    "Beide Geräte haben keine gemeinsame Übertragungsrate.",
  ),
  "no-answer-to-dcs": cause(
    "SENDFAIL",
    "T.30 §5.4.3.1 T4",
    "The remote machine did not answer the training (DCS, TCF).",
    "Das ferne Gerät antwortete nicht auf das Training (DCS, TCF).",
  ),
  "training-failed": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.4 FTT",
    "Training failed at every rate.",
    "Das Training misslang bei jeder Rate.",
  ),
  "disconnected-in-phase-b": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.8 DCN",
    "The remote machine ended the call before the first page.",
    "Das ferne Gerät beendete den Anruf vor der ersten Seite.",
  ),
  "hung-up-in-phase-b": cause(
    "SENDFAIL",
    "T.30 §5.2 phase B",
    "The line was cut before the first page.",
    "Die Verbindung brach vor der ersten Seite ab.",
  ),
  "hung-up-in-page": cause(
    "SENDFAIL",
    "T.30 §5.2 phase C",
    "The line was cut in the midst of a page.",
    "Die Verbindung brach mitten in einer Seite ab.",
  ),
  "no-answer-to-page": cause(
    "SENDFAIL",
    "T.30 §5.4.3.1 T4",
    "The remote machine did not answer after a page (MPS, EOM, EOP).",
    "Das ferne Gerät antwortete nach einer Seite nicht (MPS, EOM, EOP).",
  ),
  "no-answer-to-block": cause(
    "SENDFAIL",
    "T.30 annex A.4.3",
    "The remote machine did not answer after a block (PPS).",
    "Das ferne Gerät antwortete nach einem Block nicht (PPS).",
  ),
  "no-answer-to-rate-change": cause(
    "SENDFAIL",
    "T.30 annex A.4.1 CTC",
    "The remote machine did not answer the change of rate (CTC).",
    "Das ferne Gerät antwortete nicht auf den Ratenwechsel (CTC).",
  ),
  "no-answer-to-end-of-retransmission": cause(
    "SENDFAIL",
    "T.30 annex A.4.3 EOR",
    "The remote machine did not answer the end of retransmission (EOR).",
    "Das ferne Gerät antwortete nicht auf das Ende der Wiederholung (EOR).",
  ),
  "no-answer-to-ready-query": cause(
    "SENDFAIL",
    "T.30 annex A.4.3 RR",
    "The remote machine did not answer whether it is ready (RR).",
    "Das ferne Gerät antwortete nicht auf die Frage nach Bereitschaft (RR).",
  ),
  "not-ready": cause(
    "SENDFAIL",
    "T.30 annex A.5.4.1 T5",
    "The remote machine was not ready for too long (RNR).",
    "Das ferne Gerät war zu lange nicht bereit (RNR).",
  ),
  "frames-not-corrected": cause(
    "SENDFAIL",
    "T.30 annex A.4.3 ERR",
    "Frames stayed damaged after every repetition.",
    "Rahmen blieben nach allen Wiederholungen beschädigt.",
  ),
  "page-refused": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.7 RTN",
    "The remote machine refused a page again and again.",
    "Das ferne Gerät hat eine Seite wiederholt zurückgewiesen.",
  ),
  "disconnected-after-page": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.8 DCN",
    "The remote machine ended the call instead of confirming a page.",
    "Das ferne Gerät beendete den Anruf, statt eine Seite zu bestätigen.",
  ),
  "hung-up-after-page": cause(
    "SENDFAIL",
    "T.30 §5.2 phase D",
    "The line was cut before a page was confirmed.",
    "Die Verbindung brach vor der Bestätigung einer Seite ab.",
  ),
  "page-unavailable": cause(
    "SENDFAIL",
    "local",
    "A page could not be provided.",
    "Eine Seite konnte nicht bereitgestellt werden.",
  ),
  stopped: cause("SENDFAIL", "local", "The call was stopped here.", "Der Anruf wurde hier abgebrochen."),

  "no-caller": cause(
    "VOICE",
    "T.30 §5.4.3.1 T1",
    "No fax machine called: nothing answered our DIS.",
    "Kein Faxgerät rief an: niemand antwortete auf unser DIS.",
  ),
  "no-command": cause("SENDFAIL", "T.30 §5.4.3.1 T2", "The sender fell silent.", "Die sendende Seite verstummte."),
  "caller-disconnected": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.8 DCN",
    "The caller ended the call before the last page was confirmed.",
    "Der Anrufer beendete den Anruf vor der letzten Bestätigung.",
  ),
  "caller-hung-up": cause(
    "SENDFAIL",
    "T.30 §5.2",
    "The caller hung up before the last page was confirmed.",
    "Der Anrufer legte vor der letzten Bestätigung auf.",
  ),
  "polled-disconnected": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.8 DCN",
    "The polled machine ended the call before its last page was confirmed.",
    "Das abgerufene Gerät beendete den Anruf vor der letzten Bestätigung.",
  ),
  "polled-hung-up": cause(
    "SENDFAIL",
    "T.30 §5.2",
    "The polled machine hung up before its last page was confirmed.",
    "Das abgerufene Gerät legte vor der letzten Bestätigung auf.",
  ),
  "unknown-document": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.2 SEP",
    "The caller wanted to poll a document that is not here.",
    "Der Anrufer wollte ein Dokument abrufen, das es hier nicht gibt.",
  ),
  "unknown-sub-address": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.3 SUB",
    "The caller named a sub-address that is not here.",
    "Der Anrufer nannte eine Unteradresse, die es hier nicht gibt.",
  ),
  "wrong-password": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.2 PWD",
    "The caller gave no password or a wrong one.",
    "Der Anrufer nannte kein oder ein falsches Kennwort.",
  ),
  "polling-not-offered": cause(
    "SENDFAIL",
    "T.30 §5.3.6.1.2 DTC",
    "The caller wanted to poll a document; there is none.",
    "Der Anrufer wollte ein Dokument abrufen; es liegt keines bereit.",
  ),
  "page-not-stored": cause(
    "SENDFAIL",
    "local",
    "A received page could not be stored.",
    "Eine empfangene Seite konnte nicht gespeichert werden.",
  ),
  "page-incomplete": cause(
    "SENDFAIL",
    "T.30 annex A.4.3 EOR",
    "The sender gave a damaged page up.",
    "Die sendende Seite hat eine beschädigte Seite aufgegeben.",
  ),
  "page-too-long": cause(
    "SENDFAIL",
    "guard",
    "A page exceeded the limit of size or time.",
    "Eine Seite überschritt die Grenze von Größe oder Zeit.",
  ),
  "too-many-pages": cause(
    "SENDFAIL",
    "guard",
    "More pages came than are allowed.",
    "Es kamen mehr Seiten als erlaubt.",
  ),
  "too-many-repeats": cause(
    "SENDFAIL",
    "guard",
    "The call went in circles without progress.",
    "Der Anruf drehte sich ohne Fortschritt im Kreis.",
  ),
  "call-too-long": cause(
    "SENDFAIL",
    "guard",
    "The call went on longer than any fax does.",
    "Der Anruf dauerte länger als jedes Fax.",
  ),
  "block-out-of-order": cause(
    "SENDFAIL",
    "T.30 annex A.4.3 PPS",
    "The sender skipped a block or page.",
    "Die sendende Seite hat einen Block oder eine Seite übersprungen.",
  ),
  "out-of-paper": cause("SENDFAIL", "local", "Out of paper.", "Papier ist aus."),
  "hung-up-on-purpose": cause(
    "SENDFAIL",
    "local",
    "This machine is set to hang up here.",
    "Dieses Gerät ist eingestellt, hier aufzulegen.",
  ),
} as const satisfies Record<string, CauseFacts>;

/** Name of a cause. */
export type Cause = keyof typeof CAUSES;

/** How a call ended. */
export interface Result {
  outcome: Outcome;
  cause: Cause;
  /** Pages from the caller to the answerer that were confirmed: by the peer (caller) or to the peer (answerer). */
  pages: number;
  /** When the caller polled: pages from the answerer to the caller that were confirmed. */
  polled?: number;
}

/** Makes the result for a cause. */
export function resultOf(cause: Cause, pages: number, polled?: number): Result {
  const result: Result = { outcome: CAUSES[cause].outcome, cause, pages };
  if (polled !== undefined) result.polled = polled;
  return result;
}
