// All words of the dashboard in English: what a browser of that language loads.

import type { words as german } from "./all-de.ts";
import { en as board } from "./en/board.ts";
import { en as call } from "./en/call.ts";
import { en as chaos } from "./en/chaos.ts";
import { en as common } from "./en/common.ts";
import { en as dispatch } from "./en/dispatch.ts";
import { en as failures } from "./en/failures.ts";
import { en as inbound } from "./en/inbound.ts";
import { en as job } from "./en/job.ts";
import { en as letters } from "./en/letters.ts";
import { en as mailbox } from "./en/mailbox.ts";
import { en as pages } from "./en/pages.ts";
import { en as phone } from "./en/phone.ts";
import { en as scenario } from "./en/scenario.ts";

export const words: Record<keyof typeof german, string> = {
  ...common,
  ...board,
  ...call,
  ...chaos,
  ...dispatch,
  ...failures,
  ...inbound,
  ...job,
  ...letters,
  ...mailbox,
  ...pages,
  ...phone,
  ...scenario,
};
