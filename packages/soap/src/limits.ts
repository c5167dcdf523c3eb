// How much a caller may ask of the reader before it is refused.

export interface SoapLimits {
  /** Elements within elements. */
  depth: number;
  /** Attributes of one element. */
  attributes: number;
  /** Parts of the call plus multiref elements beside it. */
  parts: number;
  /** Elements in the whole envelope, headers included. */
  elements: number;
  /** Characters in one text part. */
  textPart: number;
  /** Characters of markup and text in all, not counting the content of binary parts. */
  markup: number;
  /** Steps from a part over multiref elements to its value. */
  hrefSteps: number;
}

export const DEFAULT_LIMITS: SoapLimits = {
  depth: 32,
  attributes: 64,
  parts: 64,
  elements: 1024,
  textPart: 1024 * 1024,
  markup: 4 * 1024 * 1024,
  hrefSteps: 8,
};
