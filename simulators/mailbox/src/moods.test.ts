import { expect, it } from "vitest";
import { moodOf } from "./moods.ts";

it("a mailbox behaves as it is named in every domain of the simulation", () => {
  for (const domain of ["ok.example", "firma.example", "OK.EXAMPLE"]) {
    expect(moodOf(`bounce@${domain}`).refuse?.code).toBe(550);
    expect(moodOf(`Full@${domain}`).refuse?.code).toBe(552);
    expect(moodOf(`later@${domain}`).defer?.code).toBe(451);
    expect(moodOf(`slow@${domain}`).slow).toBe(true);
  }
});

it("ok.example takes any other name, other domains know nobody, and the outside world does not exist", () => {
  expect(moodOf("irgendwer@ok.example")).toEqual({});
  expect(moodOf("irgendwer@firma.example").refuse?.text).toMatch(/^5\.1\.1/);
  expect(moodOf("irgendwer@nichtexample").refuse?.text).toMatch(/^5\.1\.2/);
  expect(moodOf("bounce@firma.test").refuse?.text).toMatch(/^5\.1\.2/);
  expect(moodOf("constructor@ok.example")).toEqual({});
  expect(moodOf("__proto__@firma.example").refuse?.code).toBe(550);
});
