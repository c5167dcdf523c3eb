// A thousand calls over line time, a hundred at once in real time over UDPTL, and nothing of them stays in the process.

import { it } from "vitest";
import { expectNothingLeft } from "./left-behind.ts";

it("a thousand calls, and a hundred at once at the pace of the line, leave no timer, socket or file behind, and no memory", () =>
  expectNothingLeft(1000, 100));
