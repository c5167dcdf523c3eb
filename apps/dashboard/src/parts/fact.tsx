// A fact of a list of facts.

/** A name and its value within a `<dl>`. */
export function Fact({ word, value }: { word: string; value: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}
