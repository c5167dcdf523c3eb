// What a check of a letter can find, in German; English stands with the findings. One without German words does not compile.

import type { FindingCode } from "@depesche/letter";

export const germanFindings = {
  "page-count": "Ein Brief hat 1 bis %max% Seiten; dieser hat %pages%.",
  "page-not-a4": "Seite %page% misst %width% x %height% mm; gedruckt wird nur A4 (210 x 297 mm).",
  "page-landscape": "Seite %page% ist A4 quer; gedruckt wird nur Hochformat.",
  "sheet-count": "Ein Brief hat höchstens %max% Blätter; dieser hat %sheets%.",
  "address-not-found": "Im Fenster von Seite 1 (20 bis 105 mm von links, 51 bis 90 mm von oben) steht keine Anschrift.",
  "address-off-window":
    "Die Anschrift liegt neben dem Fenster; Seite 1 um %offsetX% mm nach rechts und %offsetY% mm nach unten zu schieben würde helfen.",
  "dv-zone-not-free": "Mit DV-Freimachung darf im Fenster zwischen 51 und 68,5 mm von oben nichts stehen.",
  "strip-not-free": "Text im Streifen am linken Rand wird im Druck verdeckt, wo die Zeichen der Druckerei stehen.",
  "text-not-readable":
    "Die Schriften von Seite 1 sagen nicht, welche Zeichen sie zeichnen; die Anschrift ist so nicht zu lesen.",
  "address-too-few-lines": "Eine Anschrift hat mindestens %min% Zeilen; gefunden wurden %lines%.",
  "address-too-many-lines": "Eine Anschrift hat höchstens %max% Zeilen; gefunden wurden %lines%.",
  "address-gap": "In der Anschrift ist nach „%line%“ eine Leerzeile.",
  "address-mixed-size": "Die Zeilen der Anschrift haben nicht alle eine Schriftgröße.",
  "postcode-missing":
    "Die letzte Zeile muss mit einer fünfstelligen Postleitzahl beginnen oder das Land in Großbuchstaben nennen; sie lautet „%line%“.",
  "postcode-not-last": "Die Postleitzahl steht in „%postcodeLine%“, aber die letzte Zeile ist „%line%“.",
  "postcode-wrong-length": "Eine deutsche Postleitzahl hat fünf Ziffern, „%postcode%“ nicht.",
  "postcode-unknown": "Eine deutsche Postleitzahl „%postcode%“ gibt es nicht.",
  "country-prefix": "„%postcode%“ ohne Länderkennzeichen davor schreiben.",
  "country-germany": "Eine Anschrift in Deutschland hat keine Landeszeile; „%line%“ weglassen.",
  "country-not-capitals": "Das Land in Großbuchstaben schreiben: „%capitals%“ statt „%line%“.",
  "country-iso-code": "Statt „%line%“ den Namen des Landes auf Deutsch, Englisch oder Französisch ausschreiben.",
} as const satisfies Record<FindingCode, string>;
