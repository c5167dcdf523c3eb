// What each fault does, in German; in English the simulators' own phrase is that.

import type { ChaosChannel, ChaosView } from "@depesche/client";
import { language } from "../../language.ts";

const GERMAN: Readonly<Record<ChaosChannel, Readonly<Record<string, string>>>> = {
  fax: {
    busy: "der Anschluss ist besetzt",
    "no-answer": "es läutet eine Minute, niemand nimmt ab",
    voice: "ein Mensch nimmt ab und legt auf",
    unassigned: "die Nummer ist nicht vergeben",
    "network-fault": "das Telefonnetz meldet eine Störung",
    "no-service": "der Anschluss bietet keinen Faxdienst",
    "cut-in-page": "die Leitung reißt mitten auf Seite 1",
    "hangs-up": "das Gerät nimmt ab und legt auf",
    "out-of-paper": "das Gerät hat kein Papier: keine Seite wird bestätigt",
    "refuses-once": "Seite 1 wird einmal abgelehnt (RTN) und neu gesendet",
    "damaged-frames": "Rahmen kommen beschädigt an und werden wiederholt",
    "slow-modem": "ein altes Gerät: MH, 4800 bit/s, keine Fehlerkorrektur",
  },
  sms: {
    throttled: "429: zu viele Anfragen, jedes Mal, wenn es trifft",
    "carrier-fault": "500: der Träger hat eine Störung und nimmt nichts an",
    silent: "der Träger nimmt nichts an und antwortet nie",
    "answer-lost": "der Träger nimmt die Nachricht, seine Antwort geht verloren",
    rejected: "der Träger lehnt die Nachricht ab",
    undelivered: "angenommen, nicht zugestellt (30003: Gerät nicht erreichbar)",
    failed: "angenommen, unterwegs gescheitert (30008)",
    late: "erst nach zehn Minuten zugestellt",
  },
  mail: {
    unavailable: "421: der Server ist nicht bereit und trennt",
    greylisted: "451: bitte später noch einmal",
    unknown: "550: dieses Postfach gibt es nicht",
    full: "552: das Postfach ist voll",
    dropped: "die Verbindung bricht nach DATA ab, vor der Antwort",
  },
  letter: {
    jam: "Papierstau: die Druckerei weist den Brief ab",
    damaged: "die Datei kommt beschädigt an, die Lieferung wird nur teilweise bestätigt",
    late: "erst zwei Tage später gedruckt und übergeben",
    returned: "übergeben und als unzustellbar zurückgekommen",
  },
};

/** What a channel's fault does, in the language of now. */
export function faultWords(channel: ChaosChannel, view: ChaosView["channels"][ChaosChannel]): string {
  const meaning = view.faults.find(({ fault }) => fault === view.fault)?.meaning ?? "";
  return (language.get() === "de" && GERMAN[channel][view.fault]) || meaning;
}
