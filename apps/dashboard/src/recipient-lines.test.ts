import { expect, test } from "vitest";
import { readRecipients } from "./recipient-lines.ts";

test("one recipient a line, its reference behind the first semicolon, empty lines left out", () => {
  expect(readRecipients("+49 30 23125 042\n\r\n  +49 30 23125 142 ; customer 7; branch 2 \n;no address\n")).toEqual([
    { address: "+49 30 23125 042" },
    { address: "+49 30 23125 142", reference: "customer 7; branch 2" },
  ]);
});
