import { describe, expect, it } from "vitest";
import { flagOf, readSettings } from "./settings.ts";

describe("settings", () => {
  it("have the defaults of the outside contract", () => {
    const read = readSettings({});
    expect(read.ok && read.settings).toEqual({
      demo: false,
      port: 8080,
      host: "127.0.0.1",
      data: "./data",
      speed: 1,
      unpaced: false,
      lines: 24,
      simPort: 8090,
      sipPort: 5070,
      modemPort: 5801,
      twilioPort: 8091,
      smtpPort: 2525,
    });
  });

  it("take max as a thousandfold clock whose lines never wait", () => {
    const read = readSettings({ DEPESCHE_SPEED: "max" });
    expect(read.ok && [read.settings.speed, read.settings.unpaced]).toEqual([1000, true]);
  });

  it("name every value that cannot be right", () => {
    const read = readSettings({
      DEPESCHE_PORT: "0",
      DEPESCHE_SPEED: "fast",
      DEPESCHE_LINES: "2.5",
      REDIS_URL: "localhost",
    });
    expect(read.ok ? [] : read.problems.map((p) => p.split(" ")[0])).toEqual([
      "DEPESCHE_SPEED",
      "DEPESCHE_PORT",
      "DEPESCHE_LINES",
      "REDIS_URL",
    ]);
  });

  it("do not let the demo credentials serve the world unless that is said aloud", () => {
    expect(readSettings({ DEPESCHE_HOST: "0.0.0.0" }).ok).toBe(false);
    expect(readSettings({ DEPESCHE_HOST: "0.0.0.0", DEPESCHE_DEMO: "1" }).ok).toBe(true);
  });

  it("are the flags of `depesche up`", () => {
    expect(flagOf("DEPESCHE_SIM_PORT")).toBe("--sim-port");
  });
});
