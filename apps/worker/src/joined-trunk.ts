// Several trunks as one: a call goes out on the trunk of its sender's number while that has a free line, else on another; and on
// another, too, when the way of the first one to the network fails before the call stands.

import type { FaxCallOrder, FaxCallReport, FaxTrunk } from "@depesche/ports";

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

  function choose(from: string, tried: ReadonlySet<TrunkMember>): TrunkMember | undefined {
    // Who takes the call of another has room for it.
    const left = members.filter((member) => !tried.has(member) && (tried.size === 0 || freeLines(member) > 0));
    const own = left.find(({ numbers }) => numbers.includes(from));
    if (own && freeLines(own) > 0) return own;
    // With none free, the one with the fewest that wait.
    return left.sort((a, b) => freeLines(b) - freeLines(a))[0];
  }

  async function callOn(member: TrunkMember, order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> {
    used.set(member, (used.get(member) ?? 0) + 1);
    try {
      return await member.trunk.call(order, signal);
    } finally {
      used.set(member, (used.get(member) ?? 0) - 1);
    }
  }

  return {
    async call(order, signal) {
      const tried = new Set<TrunkMember>();
      let report: FaxCallReport | undefined;
      for (let member = choose(order.from, tried); member; member = choose(order.from, tried)) {
        tried.add(member);
        report = await callOn(member, order, signal);
        if (!report.temporary || report.lineUs > 0 || signal.aborted) break;
      }
      if (!report) throw new Error("a house without fax lines places no call");
      return report;
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
