// Words of the chaos room in German. Keys begin with the room's name.

export const de = {
  chaosLead:
    "Ein Teil der Anrufe, Nachrichten, Mails und Briefe trifft eine Störung statt dessen, was die Nummer sonst tut.",
  chaosStripe: "Chaos an: {what}",
  chaosWarning: "Chaos ist an. Was jetzt scheitert, kann daran liegen: {what}.",
  chaosQuiet: "Alles aus. Jede Nummer tut, was ihr Szenario sagt.",
  chaosAllOff: "Alles aus",
  chaosProbability: "Wahrscheinlichkeit",
  chaosFault: "Störung",
  chaosHits: "getroffen",
  chaosHitsOf: "{hit} von {seen}",
  chaosHitsTitle: "Seit dem Start der Simulatoren gekommen: {seen}, davon gestört: {hit}",
  chaosOn: "an",
  chaosOff: "aus",
  chaosProbabilityOf: "{channel}: Wahrscheinlichkeit in Prozent",
  chaosFaultOf: "{channel}: Störung",
  chaosNoSimulation: "Hier wird nichts simuliert, also auch nichts gestört: dieses Haus arbeitet mit echten Trägern.",

  chaosClock: "Simulierte Uhr",
  chaosClockLead:
    "Wahlwiederholungen, Zeitpläne und der Briefschluss um 14:30 richten sich nach ihr. Sie geht nie zurück.",
  chaosSpeed: "Tempo",
  chaosSpeedMax: "max",
  chaosSpeedMaxGloss: "×1000, und keine Leitung wartet auf ihre modellierte Zeit",
  chaosForward: "Vorstellen um",
  chaosMinutes: "{n} min",
  chaosHours: "{n} h",
  chaosDay: "1 Tag",
  chaosSetTo: "oder vorstellen auf",
  chaosSetGo: "Vorstellen",
  chaosNotSettable: "In Produktion ist die simulierte Zeit die wirkliche und wird nicht gestellt.",
  chaosPast: "Die Uhr geht nie zurück: eine spätere Zeit wählen.",
};
