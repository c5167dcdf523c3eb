export type { LetterFault } from "./faults.ts";
export type { PrintShopConfig, PrintShopSimulator } from "./shop.ts";
export { openPrintShop } from "./shop.ts";
export type { PrintedLetter } from "./tray.ts";
