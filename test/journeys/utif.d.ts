// What is used of utif, which ships no types.
declare module "utif" {
  export interface Ifd {
    width: number;
    height: number;
  }
  export function decode(file: ArrayBuffer): Ifd[];
  export function decodeImage(file: ArrayBuffer, ifd: Ifd): void;
  /** Four octets a pel. */
  export function toRGBA8(ifd: Ifd): Uint8Array;
}
