// Die Sätze derselben Befehle auf Deutsch.

import type { enCommands } from "./en-commands.ts";

export const deCommands = {
  "fail.flag-choice": "{flag} nimmt eines von {known}, nicht „{given}“.",
  "fail.flag-count": "{flag} muss eine ganze Zahl von 1 bis {most} sein, nicht „{given}“.",
  "fail.where": "--where, Zeichen {at}: {why}\n  {text}\n  {mark}",

  "flag.where":
    "welche Fehlschläge: outcome=BUSY and channel=fax and to=+4930 and cause=sip-486 and job=17 and since=2h",
  "where.note":
    "AUSDRUCK ist eines oder mehrere von outcome=, channel=, cause=, job=, to= und since=, verbunden durch „and“. to= nimmt den Anfang einer Nummer (+4930) oder eine Mail-Domain (@ok.example); since= nimmt 90s, 30m, 2h, 3d oder eine Zeit wie '2026-11-22 09:00' (Berlin), nach der wirklichen Uhr.",
  "where.field-missing": "hier fehlt ein Feld. Bekannt: {known}.",
  "where.field": "„{given}“ ist kein Feld. Bekannt: {known}.",
  "where.field-meant": "„{given}“ ist kein Feld. Ist {meant} gemeint? Bekannt: {known}.",
  "where.equals": "nach {field} steht ein Gleichheitszeichen: {field}=WERT. Einen anderen Vergleich gibt es nicht.",
  "where.value": "hinter dem Gleichheitszeichen von {field} fehlt der Wert.",
  "where.twice": "{field} steht zweimal da. Jedes Feld gibt es einmal; für jeden Wert ein eigener Aufruf.",
  "where.and": "zwei Felder verbindet nur „and“, nicht „{given}“. Statt „or“ zweimal aufrufen.",
  "where.quote": "das Anführungszeichen {quote}, das hier beginnt, wird nicht geschlossen.",
  "where.outcome": "„{given}“ ist kein Ergebnis. Bekannt: {known}.",
  "where.outcome-meant": "„{given}“ ist kein Ergebnis. Ist {meant} gemeint? Bekannt: {known}.",
  "where.channel": "„{given}“ ist kein Kanal. Bekannt: {known}.",
  "where.channel-meant": "„{given}“ ist kein Kanal. Ist {meant} gemeint? Bekannt: {known}.",
  "where.cause": "„{given}“ ist keine Ursache: den Code so schreiben, wie depesche failures ihn zeigt, etwa sip-486.",
  "where.job": "„{given}“ ist keine Auftragsnummer.",
  "where.to": "to= nimmt den Anfang einer Nummer mit ihrem +, oder @domain, nicht „{given}“.",
  "where.since": "since= nimmt 90s, 30m, 2h, 3d oder eine Zeit wie 2026-11-22T09:00, nicht „{given}“.",

  "pause.summary": "einen Auftrag anhalten: nichts mehr davon beginnt",
  "pause.note": "Was gerade auf der Leitung ist, wird beendet. depesche resume lässt den Auftrag weiterlaufen.",
  "pause.done":
    "Auftrag {id} ist angehalten; {left} von {total} Empfängern stehen noch aus. depesche resume {id} lässt ihn weiterlaufen.",
  "resume.summary": "einen angehaltenen Auftrag weiterlaufen lassen",
  "resume.note": "Ein Auftrag, der nicht angehalten ist, bleibt, wie er ist.",
  "resume.done": "Auftrag {id} läuft weiter; {left} von {total} Empfängern stehen noch aus.",

  "jobs.summary": "Aufträge auflisten, die neuesten zuerst",
  "jobs.flag.state": "nur offene (open) oder erledigte (done)",
  "jobs.flag.channel": "nur fax, sms, mail oder letter",
  "jobs.flag.limit": "höchstens wie viele (20)",
  "jobs.none": "Solche Aufträge gibt es nicht. depesche send --help zeigt, wie man einen aufgibt.",
  "jobs.more": "Es gibt mehr; --limit zeigt sie.",
  "jobs.column.id": "Auftrag",
  "jobs.column.channel": "Kanal",
  "jobs.column.state": "Stand",
  "jobs.column.final": "fertig",
  "jobs.column.accepted": "angenommen",
  "jobs.column.outcomes": "Ergebnisse",
  "jobs.column.title": "Inhalt",

  "failures.summary": "was endgültig fehlschlug und nicht noch einmal gesendet wurde, nach Ursache",
  "failures.flag.each": "einzeln, die neuesten zuerst",
  "failures.flag.limit": "mit --each: höchstens wie viele (50)",
  "failures.note": "depesche again sendet sie noch einmal.",
  "failures.none": "Es gibt keinen Fehlschlag, der nicht noch einmal gesendet wurde.",
  "failures.attempts": "{n} {n|Versuch|Versuche}",
  "failures.column.count": "Anzahl",
  "failures.column.channel": "Kanal",
  "failures.column.outcome": "Ergebnis",
  "failures.column.cause": "Ursache",
  "failures.column.jobs": "Aufträge",
  "failures.column.latest": "zuletzt",
  "failures.column.why": "in Worten",

  "again.summary": "Fehlgeschlagenes noch einmal senden: eines Auftrags, oder was ein Ausdruck auswählt",
  "again.flag.dry": "nur zeigen, was gesendet würde",
  "again.note":
    "Jeder Auftrag mit Fehlschlägen bekommt einen neuen Auftrag mit seinen fehlgeschlagenen Empfängern. Es wird nicht nachgefragt: zuerst mit --dry ansehen. Gesperrte und abgebrochene Empfänger eines Auftrags bleiben unberührt.",
  "again.dry-one":
    "{n} {n|Empfänger|Empfänger} von Auftrag {id} {n|würde|würden} noch einmal gesendet. Gesendet wurde nichts.",
  "again.counted": "{n} {n|Empfänger|Empfänger} aus {jobs} {jobs|Auftrag|Aufträgen}",
  "again.dry": "Gesendet wurde nichts; ohne --dry gehen sie hinaus.",
  "again.nothing": "Es gibt nichts noch einmal zu senden.",
  "again.done":
    "{n} {n|Empfänger wird|Empfänger werden} noch einmal gesendet, als {jobs} {jobs|Auftrag|Aufträge}: {shown}",
  "again.see": "depesche status {id} sagt, wie es steht.",
  "again.fail.what":
    "Was soll noch einmal gesendet werden? depesche again 17, oder depesche again --where 'outcome=BUSY' --dry",
  "again.fail.both":
    "Auftragsnummer und --where wählen beide aus; eines davon angeben (job=17 grenzt einen Ausdruck ein).",

  "listen.summary": "Ereignisse zeigen, während sie geschehen, und als Webhooks an eine lokale Adresse weiterreichen",
  "listen.flag.forward-to": "jedes Ereignis dorthin posten, wie ein Webhook des Gateways es täte",
  "listen.flag.secret": "mit diesem Geheimnis (whsec_...) unterschreiben statt mit einem frischen",
  "listen.flag.types": "nur diese Arten von Ereignissen, durch Kommas getrennt",
  "listen.flag.from": "mit dieser Folgenummer beginnen (sonst mit dem, was von nun an kommt)",
  "listen.flag.replay": "diese Ereignisse noch einmal melden, dann enden",
  "listen.note.forward":
    "--forward-to postet Inhalt und Kopfzeilen nach Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature), jedes Ereignis einmal und der Reihe nach; der Status der Antwort steht unter dem Ereignis. Dasselbe Ereignis hat bei einer Wiederholung dieselbe webhook-id.",
  "listen.note.resume":
    "Reißt die Verbindung ab, kommt listen von selbst zurück und macht hinter dem letzten gemeldeten Ereignis weiter: keines fehlt, keines kommt zweimal. Strg-C beendet es mit einer Zählung.",
  "listen.note.types":
    "Arten: job.accepted, job.done, job.cancelled, job.paused, job.resumed, attempt.started, attempt.ended, attempt.returned, attempt.late, recipient.final, delivery.changed, inbound.received, inbound.deleted, worker.up, worker.gone, clock.changed. Mit --json ein Dokument je Zeile.",
  "listen.final": "endgültig",
  "listen.live": "verbunden; Ereignisse nach {after}. Strg-C beendet.",
  "listen.lost": "die Verbindung ist abgerissen; sie wird wieder aufgenommen ...",
  "listen.resumed": "wieder verbunden; weiter nach Ereignis {after}, keines fehlt",
  "listen.other-log":
    "Ereignisse nach {after} statt nach {expected}: so weit reicht dieses Protokoll nicht (ein anderer Datenordner?)",
  "listen.secret": "Geheimnis der Unterschriften, für diesen Lauf: {secret}",
  "listen.forwarded": "{said} nach {ms} ms",
  "listen.counts": "{told} {told|Ereignis|Ereignisse}",
  "listen.counts-forwarded": "{told} {told|Ereignis|Ereignisse}, {forwarded} weitergereicht, {failed} fehlgeschlagen",
  "listen.refused":
    "Das Gateway nimmt diesen Schlüssel für den Feed nicht an; er braucht das Recht jobs:read. Einen anderen mit --key oder DEPESCHE_API_KEY angeben.",
  "listen.fail.secret-alone": "--secret unterschreibt, was --forward-to postet; beides angeben.",
  "listen.fail.secret": "--secret muss whsec_ und mindestens 12 Oktette in Base64 sein.",
  "listen.fail.type": "„{given}“ ist keine Art von Ereignis. Bekannt: {known}.",
  "listen.fail.type-meant": "„{given}“ ist keine Art von Ereignis. Ist {meant} gemeint?",
  "listen.fail.both": "--from und --replay sagen beide, wo begonnen wird; eines davon angeben.",
  "listen.fail.replay": "--replay nimmt zwei Folgenummern, 120..135, nicht „{given}“.",
  "listen.fail.from": "--from nimmt eine Folgenummer ab 1, nicht „{given}“.",

  "ladder.air": "{ms} ms auf der Leitung",
  "ladder.bit": "Bit {bit}",
  "ladder.bits": "Bits {first}-{last}",
  "ladder.ecm": "ECM-Block {block}, {frames} {frames|Rahmen|Rahmen}",
  "ladder.ecm-damaged": "beschädigt: {list}",
  "ladder.ecm-repeated": "wiederholt: {list}",
  "ladder.live": "Der Anruf läuft noch; was vor ihm liegt, ist nicht bekannt.",
  "ladder.no-row": "Der Anruf von Versuch {key} hat {last} Zeilen, also keine Zeile {row}.",
  "ladder.fail.row": "„{given}“ ist keine Zeile: --decode 9 entschlüsselt die neunte, --decode allein alle.",
} as const satisfies Record<keyof typeof enCommands, string>;
