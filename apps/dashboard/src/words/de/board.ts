// Words of the board room in German. Keys begin with the room's name.

export const de = {
  boardQueue: "Warteschlange",
  boardQueueOpen: "offen",
  boardQueueOut: "ausgegeben",
  boardQueueOutGloss: "Empfänger in Paketen, an denen gerade gearbeitet wird.",
  boardQueueEmpty: "Nichts wartet.",
  boardPages: "Seiten je Minute",
  boardPagesNow: "{now} jetzt · höchstens {most} · {sum} in 60 min",
  boardPagesTable: "Seiten je Minute der letzten Stunde",
  boardMinute: "Minute",
  boardStream: "Letzte Ergebnisse",
  boardStreamEmpty: "Noch kein Ergebnis, seit diese Seite offen ist.",
  boardStreamPause: "Anhalten",
  boardStreamGo: "Weiter",
  boardStreamMissed: "{n} seither",
  boardAgain: "wieder um {time}",
  boardWhy: "Leitung {line}, {state}: warum und wie, zeigt der Anruf",
  boardNthOf: "Nr. {n}",
  boardAllQuiet: "Noch ist hier nichts geschehen.",
  boardTryIt: "Ein Fax an eine Nummer der Simulation senden",
};
