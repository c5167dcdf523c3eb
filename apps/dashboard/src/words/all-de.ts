// All words of the dashboard in German: what a browser of that language loads.

import { de as board } from "./de/board.ts";
import { de as call } from "./de/call.ts";
import { de as chaos } from "./de/chaos.ts";
import { de as common } from "./de/common.ts";
import { de as dispatch } from "./de/dispatch.ts";
import { de as failures } from "./de/failures.ts";
import { de as inbound } from "./de/inbound.ts";
import { de as job } from "./de/job.ts";
import { de as letters } from "./de/letters.ts";
import { de as mailbox } from "./de/mailbox.ts";
import { de as pages } from "./de/pages.ts";
import { de as phone } from "./de/phone.ts";
import { de as scenario } from "./de/scenario.ts";

export { german as glossary } from "@depesche/client/german";

export const words = {
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
