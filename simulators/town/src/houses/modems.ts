// The emulated modems in the town: the first at the port of the settings, the others behind it, all numbers of the exchange.

import { MODEM_NUMBERS, openModemBank } from "@depesche/exchange";
import type { House, Surroundings } from "../house.ts";

export async function openModemHouse(port: number, { exchange }: Surroundings): Promise<House> {
  if (!exchange) throw new Error("modems need the exchange");
  const bank = await openModemBank({ port, dial: (call) => exchange.dial(call) });
  exchange.plug(bank);
  return {
    port: bank.ports[0] as number,
    close: () => bank.close(),
    routes: [
      {
        method: "get",
        path: "/exchange/modems",
        summary: "The emulated Class 1 modems: the TCP port of each one's terminal, and its number.",
        response: { type: "object", properties: { modems: { type: "array", items: MODEM } } },
        answer: () => ({ json: { modems: MODEM_NUMBERS.map((number, i) => ({ number, port: bank.ports[i] })) } }),
      },
    ],
  };
}

const MODEM = { type: "object", properties: { number: { type: "string" }, port: { type: "integer" } } };
