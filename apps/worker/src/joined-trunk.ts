// Several trunks as one: a call goes out on the trunk of its sender's number while that has a free line, else on another.

import type { FaxTrunk } from "@depesche/ports";

export interface TrunkMember {
  trunk: FaxTrunk;
  /** Numbers whose calls come in here. */
  numbers: readonly string[];
  /** Calls it carries at once. */
  lines: number;
}

export function joinTrunks(members: readonly TrunkMember[]): FaxTrunk {
  const used = new Map<TrunkMember, number>(members.map((member) => [member, 0]));
  const freeLines = (member: TrunkMember) => member.lines - (used.get(member) ?? 0);

  function choose(from: string): TrunkMember | undefined {
    const own = members.find(({ numbers }) => numbers.includes(from));
    if (own && freeLines(own) > 0) return own;
    // With none free, the one with the fewest that wait.
    return [...members].sort((a, b) => freeLines(b) - freeLines(a))[0];
  }

  return {
    async call(order, signal) {
      const member = choose(order.from);
      if (!member) throw new Error("a house without fax lines places no call");
      used.set(member, (used.get(member) ?? 0) + 1);
      try {
        return await member.trunk.call(order, signal);
      } finally {
        used.set(member, (used.get(member) ?? 0) - 1);
      }
    },
    async answer(numbers, handler) {
      await Promise.all(
        members.map(({ trunk, numbers: own }) => {
          const theirs = numbers.filter((number) => own.includes(number));
          return theirs.length > 0 ? trunk.answer(theirs, handler) : undefined;
        }),
      );
    },
    answered: () => [...new Set(members.flatMap(({ trunk }) => trunk.answered()))],
    async close() {
      await Promise.all(members.map(({ trunk }) => trunk.close()));
    },
  };
}
