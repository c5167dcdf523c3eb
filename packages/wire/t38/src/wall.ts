/** The time of a call that is paced in real time: the monotonic clock of the process, or a virtual one in tests. */

export interface Wall {
  /** Microseconds on a clock that never goes back; its zero means nothing. */
  nowUs(): number;
  /** Calls `then` once at `atUs` or soon after, never at once. Gives a function that takes it back. */
  at(atUs: number, then: () => void): () => void;
}

/** The process's own monotonic clock. What has arrived on sockets while the process was busy is read before `then` runs. */
export const monotonicWall: Wall = {
  nowUs: () => performance.now() * 1000,
  at(atUs, then) {
    let immediate: NodeJS.Immediate | undefined;
    const timer = setTimeout(
      () => {
        immediate = setImmediate(then);
      },
      Math.max(0, (atUs - performance.now() * 1000) / 1000),
    );
    return () => {
      clearTimeout(timer);
      if (immediate) clearImmediate(immediate);
    };
  },
};
