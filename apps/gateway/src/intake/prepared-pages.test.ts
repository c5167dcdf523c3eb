import { beforeEach, expect, it } from "vitest";
import { type PreparedPages, rememberPages } from "./prepared-pages.ts";

const PAGES: PreparedPages = { hash: "a".repeat(64), count: 2 };
type Problem = { ok: false; problem: string };

let made: number;
let there: boolean;
let pages: ReturnType<typeof rememberPages<Problem>>;
beforeEach(() => {
  made = 0;
  there = true;
  pages = rememberPages({ touch: async () => there });
});

const make = async () => {
  made++;
  return PAGES;
};

it("equal content is made once, also when it comes at the same time", async () => {
  expect(await Promise.all([pages("k", make), pages("k", make)])).toEqual([PAGES, PAGES]);
  await pages("k", make);
  expect(made).toBe(1);
  await pages("other", make);
  expect(made).toBe(2);
});

it("pages that are no longer stored are made anew", async () => {
  await pages("k", make);
  there = false;
  await pages("k", make);
  expect(made).toBe(2);
});

it("a document that could not be made is tried again, and so is one whose making failed by our fault", async () => {
  const problem: Problem = { ok: false, problem: "timeout" };
  expect(await pages("k", async () => problem)).toEqual(problem);
  await expect(
    pages("k", async () => {
      throw new Error("disk full");
    }),
  ).rejects.toThrow("disk full");
  expect(await pages("k", make)).toEqual(PAGES);
});

it("only so many are remembered, the latest used among them", async () => {
  await pages("first", make);
  for (let i = 0; i < 499; i++) await pages(`k${i}`, make);
  await pages("first", make); // used again
  await pages("one more", make);
  made = 0;
  await pages("first", make);
  expect(made).toBe(0);
  await pages("k0", make);
  expect(made).toBe(1);
});
