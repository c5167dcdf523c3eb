/** All conformance cases, in the order of their groups. */

import type { ConformanceCase } from "./case.ts";
import { CAPABILITIES } from "./cases/capabilities.ts";
import { ECM_RECEIVE } from "./cases/ecm-receive.ts";
import { ECM_TRANSMIT } from "./cases/ecm-transmit.ts";
import { EXCEPTIONS } from "./cases/exceptions.ts";
import { POLLING } from "./cases/polling.ts";
import { RECEIVE } from "./cases/receive.ts";
import { TRANSMIT } from "./cases/transmit.ts";

export const CASES: readonly ConformanceCase[] = [
  ...RECEIVE,
  ...TRANSMIT,
  ...ECM_RECEIVE,
  ...ECM_TRANSMIT,
  ...EXCEPTIONS,
  ...POLLING,
  ...CAPABILITIES,
];
