// Settings of the simulators' process, out of the settings of the outside contract.

import * as path from "node:path";
import type { Settings, SettingVariable } from "@depesche/core";

export interface TownPorts {
  /** 0 stands for any free port, here and below. */
  control: number;
  sip: number;
  /** The first of ten modems; the others count up. */
  modem: number;
  twilio: number;
  smtp: number;
}

export interface TownConfig {
  ports: TownPorts;
  /** Data folder of the installation: wire logs, what the simulators keep, and the print shop's hot folder. */
  dataFolder: string;
}

/** The variable that sets each port. */
export const PORT_VARIABLES: Readonly<Record<keyof TownPorts, SettingVariable>> = {
  control: "DEPESCHE_SIM_PORT",
  sip: "DEPESCHE_SIP_PORT",
  modem: "DEPESCHE_MODEM_PORT",
  twilio: "DEPESCHE_TWILIO_PORT",
  smtp: "DEPESCHE_SMTP_PORT",
};

/** A setting that cannot be used, or a port that is taken. The message names the variable. */
export class SettingProblem extends Error {
  readonly variable: SettingVariable;
  constructor(variable: SettingVariable, message: string) {
    super(`${variable}: ${message}`);
    this.name = "SettingProblem";
    this.variable = variable;
  }
}

/** The town's part of the settings. */
export function townConfig(settings: Settings): TownConfig {
  const { simPort, sipPort, modemPort, twilioPort, smtpPort, data } = settings;
  return {
    ports: { control: simPort, sip: sipPort, modem: modemPort, twilio: twilioPort, smtp: smtpPort },
    dataFolder: path.resolve(data),
  };
}
