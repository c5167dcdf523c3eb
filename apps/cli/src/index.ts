export { type Child, type ChildOrder, type Room, roomEntry, startChild } from "./children.ts";
export { EXIT, type ExitCode } from "./exit-code.ts";
