import { ApiError, type Client, type LadderLine, type RecipientView } from "@depesche/client";
import { expect, it } from "vitest";
import { openCallWatch } from "./call-watch.ts";
import { problem, recipient as recipientRow } from "./house.double.ts";
import { ioDouble } from "./io.double.ts";
import { openProgress } from "./progress.ts";

const recipient = (fields: Partial<RecipientView>) => recipientRow(fields) as unknown as RecipientView;

const line = (name: string): LadderLine => ({
  lineUs: 0,
  from: "caller",
  kind: "frame",
  name,
  meaning: "",
  fields: [],
});

/** A gateway whose calls have grown by a line at each look. */
function gateway(calls: Record<string, LadderLine[][]>): Client {
  return {
    async ladder(key: string) {
      const looks = calls[key];
      const lines = looks && (looks.length > 1 ? looks.shift() : looks[0]);
      if (!lines) throw new ApiError(problem(404, "not-found", "There is no such attempt."));
      return { lines };
    },
  } as Partial<Client> as Client;
}

it("each line of the call is told once, as it comes, and the next attempt begins anew", async () => {
  const io = ioDouble({}, { columns: 80 });
  const [invite, dis, again] = [line("INVITE"), line("DIS"), line("AGAIN")];
  const client = gateway({ "17.0.1": [[invite], [invite, dis]], "17.0.2": [[again]] });
  const watch = openCallWatch(client, 17, openProgress(io), io);
  await watch.look(recipient({ state: "sending", attempts: 1 }), "17.0.1");
  await watch.look(recipient({ state: "retry", attempts: 1 }), undefined);
  await watch.look(recipient({ state: "final", attempts: 2 }), undefined);
  const count = (name: string) => io.written.err.split(` ${name} `).length - 1;
  expect([count("INVITE"), count("DIS"), count("AGAIN")]).toEqual([1, 1, 1]);
  expect(io.written.err.indexOf("Call 17.0.2")).toBeGreaterThan(io.written.err.indexOf(" DIS "));
});

it("a call whose ladder is not there yet is asked for again", async () => {
  const io = ioDouble({}, { columns: 80 });
  const watch = openCallWatch(gateway({}), 17, openProgress(io), io);
  await watch.look(recipient({ state: "sending", attempts: 1 }), "17.0.1");
  expect(io.written.err).toBe("");
});
