export type { HotFolderConfig } from "./shop.ts";
export { openHotFolder } from "./shop.ts";
