/**
 * Numbers questions as they are asked. What it hands out is called with the answer: true when it is news, false when a later
 * question has been answered before, since answers may overtake each other.
 */
export function turns(): () => () => boolean {
  let asked = 0;
  let answered = 0;
  return () => {
    const turn = ++asked;
    return () => {
      if (turn < answered) return false;
      answered = turn;
      return true;
    };
  };
}
