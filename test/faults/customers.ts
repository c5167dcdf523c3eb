// Customers who hand in their orders while the house falls down around them: REST callers repeat a request with its idempotency key
// until it is answered, some of them hang up early; SOAP callers have no key and count each try by itself.

import { callSoap } from "../house/soap.ts";
import type { Dice } from "./dice.ts";
import { API_KEY, type House } from "./house.ts";
import type { Order } from "./orders.ts";
import { pause, TooLate } from "./waiting.ts";

const PATIENCE_MS = 240_000;
const ANSWER_MS = 20_000;
const AGAIN_MS = 150;
const AT_ONCE = 4;
const HANGS_UP = 0.15;

/** One thing a face was asked: under `tag` there may be at most one job, and exactly one when it was answered with a number. */
export interface Asked {
  tag: string;
  order: Order;
  /** The job that was answered; undefined when no answer came. */
  job?: number;
  /** It was said that nothing was accepted. */
  refused?: string;
}

export interface Customers {
  readonly asked: readonly Asked[];
  /** Share of the orders that have been answered with a job. */
  readonly answered: number;
  /** Requests that got no answer. */
  readonly unanswered: number;
  /** Resolves when every order has its job. */
  readonly done: Promise<void>;
}

export function sendCustomers(house: House, orders: readonly Order[], dice: Dice): Customers {
  const asked: Asked[] = [];
  const counts = { answered: 0, unanswered: 0 };
  const end = performance.now() + PATIENCE_MS;
  const waiting = [...orders];

  const order = async (one: Order) => {
    for (let attempt = 0; ; attempt++) {
      if (performance.now() > end) throw new TooLate(`order ${one.tag} was not answered within ${PATIENCE_MS} ms`);
      const done = one.face === "rest" ? await byRest(one, attempt) : await bySoap(one, attempt);
      if (done) break;
      await pause(AGAIN_MS);
    }
    counts.answered++;
  };

  const byRest = async (one: Order, attempt: number): Promise<boolean> => {
    const known = asked.find((a) => a.tag === one.tag);
    const entry: Asked = known ?? { tag: one.tag, order: one };
    if (!known) asked.push(entry);
    // Hanging up leaves the request running in the gateway; the repeat meets it there.
    const patience = attempt === 0 && dice.roll() < HANGS_UP ? dice.between(1, 60) : ANSWER_MS;
    try {
      const response = await fetch(`${house.url}/v1/jobs`, {
        method: "POST",
        headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json", "idempotency-key": one.tag },
        body: JSON.stringify({
          channel: one.channel,
          text: one.text,
          recipients: one.addresses.map((address, i) => ({ address, reference: `${one.tag}/${i}` })),
          ...(one.sendAt ? { sendAt: one.sendAt } : {}),
        }),
        signal: AbortSignal.timeout(patience),
      });
      const answer = (await response.json()) as { id?: number; detail?: string };
      if (response.status === 201 && answer.id !== undefined) {
        entry.job = answer.id;
        return true;
      }
      if (response.status < 500) throw new Refused(`${one.tag}: ${response.status} ${answer.detail}`);
      return false;
    } catch (error) {
      if (error instanceof Refused) throw error;
      counts.unanswered++;
      return false;
    }
  };

  const bySoap = async (one: Order, attempt: number): Promise<boolean> => {
    const entry: Asked = { tag: `${one.tag}~${attempt}`, order: one };
    asked.push(entry);
    try {
      const answer = await callSoap(
        house.url,
        "SendJob",
        {
          JobType: one.channel === "fax" ? 0 : 1,
          Recipient: one.addresses.map((address, i) => `${address}[${entry.tag}/${i}]`).join(","),
          SendText: one.text.replace(one.tag, entry.tag),
          ...(one.sendAt ? { SendeDateTime: one.sendAt } : {}),
        },
        AbortSignal.timeout(ANSWER_MS),
      );
      if (answer.return === "0") entry.job = Number(answer.JobId);
      else if (answer.return === "-4" && answer.notice?.includes("nothing was accepted")) entry.refused = answer.notice;
      else if (answer.return === "-4") counts.unanswered++;
      else throw new Refused(`${entry.tag}: SendJob answered ${answer.return}`);
      return entry.job !== undefined;
    } catch (error) {
      if (error instanceof Refused) throw error;
      counts.unanswered++;
      return false;
    }
  };

  const serve = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await order(one);
  };
  const done = Promise.all(Array.from({ length: AT_ONCE }, serve)).then(() => undefined);
  done.catch(() => undefined); // told to whoever awaits it
  return {
    asked,
    done,
    get answered() {
      return counts.answered / orders.length;
    },
    get unanswered() {
      return counts.unanswered;
    },
  };
}

/** An order that is good was refused for good. */
class Refused extends Error {}
