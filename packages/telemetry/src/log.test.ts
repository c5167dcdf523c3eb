import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { attemptFields, openLog } from "./log.ts";

function logged(write: (log: ReturnType<typeof openLog>) => void, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(openLog("test", level, sink));
  return lines.map((line) => JSON.parse(line));
}

it("a line names the attempt as a whole and in its parts", () => {
  const [line] = logged((log) => log.info(attemptFields("100001.7.2"), "attempt"));
  expect(line).toMatchObject({
    name: "test",
    attempt: "100001.7.2",
    job: 100001,
    recipient: 7,
    try: 2,
    msg: "attempt",
  });
});

it("secrets are masked wherever they stand", () => {
  const [line] = logged((log) =>
    log.warn({ password: "geheim", request: { authorization: "Bearer x" }, a: { b: { apiKey: "demo-key" } } }, "no"),
  );
  expect(JSON.stringify(line)).not.toMatch(/geheim|Bearer|demo-key/);
});

it("what is below the level is not written", () => {
  expect(logged((log) => log.info({}, "quiet"), "warn")).toEqual([]);
});
