// Hundreds of calls, and nothing of them stays in the process: test/lines does the same with a thousand, and with a hundred in real time.

import { it } from "vitest";
import { expectNothingLeft } from "./left-behind.ts";

it("three hundred calls both ways leave no timer, socket or file behind, and no memory", () =>
  expectNothingLeft(300, 0));
