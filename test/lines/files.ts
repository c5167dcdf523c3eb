// The test files whose calls run at the pace of the line: the suites `npm test` and `foreign` leave them out.

export const LINE_CALLS = [
  "{packages,simulators}/**/src/**/*.line.test.ts",
  "test/conformance/*.line.test.ts",
  "test/conformance/foreign/*.line.test.ts",
];
