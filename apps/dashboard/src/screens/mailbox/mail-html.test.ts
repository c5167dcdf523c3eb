import { expect, it } from "vitest";
import { cleanCss } from "./mail-html.ts";

it("styles keep what lies within the mail and lose what would be fetched", () => {
  expect(cleanCss('a{color:red;background:url("https://spy.example/x.png")}')).toEqual({
    css: "a{color:red;background:none}",
    remote: 1,
  });
  expect(cleanCss("@import url(//spy.example/a.css); b{background:URL( 'http://spy.example' )}").remote).toBe(2);
  expect(cleanCss("b{background:url(data:image/png;base64,AAAA)}")).toEqual({
    css: "b{background:url(data:image/png;base64,AAAA)}",
    remote: 0,
  });
  expect(cleanCss("b{background:u\\72l(https://spy.example);c:\\75 r\\l(//x)}")).toEqual({
    css: "b{background:none;c:none}",
    remote: 2,
  });
  expect(cleanCss("b{background:\\5c 75rl(//x)}").css).not.toMatch(/\\/);
  expect(cleanCss('b{background:image-set("https://spy.example/x.png" 1x)}').remote).toBe(1);
});
