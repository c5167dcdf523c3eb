// What each setting means. English stands in core's table; a setting without German words does not compile.

import { SETTINGS, type SettingVariable } from "@depesche/core";
import type { Language } from "../language.ts";

const german = {
  DEPESCHE_PORT: "Gateway: alle Zugänge, Dashboard, Feed, Dokumentation",
  DEPESCHE_DATA: "Datenordner: eingebaute Datenbank, Dokumente, Eingangsordner der Druckerei",
  DEPESCHE_SPEED: "Geschwindigkeit der simulierten Uhr, 1 bis 1000, oder max",
  DEPESCHE_LINES: "Faxleitungen des Workers",
  DEPESCHE_SIM_PORT: "Steuerung der Simulatoren",
  DEPESCHE_SIP_PORT: "Vermittlung, SIP über UDP und TCP",
  DEPESCHE_MODEM_PORT: "erstes nachgebildetes Klasse-1-Modem; die neun anderen zählen weiter",
  DEPESCHE_TWILIO_PORT: "Twilio-kompatible API",
  DEPESCHE_SMTP_PORT: "Postfach",
  DEPESCHE_HOST: "Adresse des Gateways",
  DEPESCHE_DEMO: "die Demo-Zugänge auch auf einer Adresse erlauben, die nicht nur dieser Rechner erreicht (1)",
  DEPESCHE_CONFIG: "womit das Haus nach außen verbunden ist; sonst depesche.config.json, wo es eine gibt",
  DATABASE_URL: "eigenes PostgreSQL ab 15",
  REDIS_URL: "eigenes Redis ab 7 für den Zeitplan",
} as const satisfies Record<SettingVariable, string>;

const english = Object.fromEntries(SETTINGS.map((s) => [s.variable, s.meaning])) as Record<SettingVariable, string>;

export const settingMeanings: Record<Language, Record<SettingVariable, string>> = { en: english, de: german };
