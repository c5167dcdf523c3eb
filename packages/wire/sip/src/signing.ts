/** Requests that prove who sends them: sent plainly first, and again when the peer asks for credentials (RFC 3261 §22). */

import { createHash } from "node:crypto";
import {
  authorisation,
  type Credentials,
  type DigestHash,
  type DigestState,
  type Header,
  newDigest,
  noteChallenges,
  type SipRequest,
} from "@depesche/sip";
import { newId } from "./new-id.ts";
import type { ClientUser, Transactions } from "./transactions.ts";
import type { Path } from "./transport.ts";

const NAMES = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const;

/** Node's hashes for packages/sip. */
export const digestHash: DigestHash = (algorithm, octets) => createHash(NAMES[algorithm]).update(octets).digest("hex");

/** However a peer's challenges follow each other, a request goes out no more often. */
const MAX_ROUNDS = 4;

/** What one caller remembers of the challenges it met, from one request to the next. */
export class Signer {
  readonly #digest: DigestState | undefined;

  constructor(credentials: Credentials | undefined) {
    this.#digest = credentials && newDigest(credentials);
  }

  /** `build` makes the request afresh (new branch, next CSeq) for each round; `user` hears the last answer only. */
  send(transactions: Transactions, build: () => SipRequest, path: Path, user: SignedUser, round = 1): void {
    const digest = this.#digest;
    const plain = build();
    const proof = digest ? authorisation(digest, plain, digestHash) : [];
    const request: SipRequest = { ...plain, headers: [...plain.headers, ...proof] };
    const signed = user.signed ?? new Set<string>();
    user.sent?.(request, proof);
    transactions.startClient(request, path, {
      trace: user.trace,
      failed: (why) => user.failed(why),
      deliver: (response) => {
        const asked = (response.status === 401 || response.status === 407) && round < MAX_ROUNDS;
        if (!digest || !asked || user.givenUp?.() || !noteChallenges(digest, response, signed, newId)) {
          user.deliver(response);
          return;
        }
        const realms = digest.realms.map(({ challenge }) => challenge.realm);
        this.send(transactions, build, path, { ...user, signed: new Set(realms) }, round + 1);
      },
    });
  }
}

export interface SignedUser extends ClientUser {
  /** Told of each round: the request as it goes out, and the proof in it. */
  sent?(request: SipRequest, proof: readonly Header[]): void;
  /** Nobody wants it any more: a challenge is not answered. */
  givenUp?(): boolean;
  /** Realms already answered for because of this very request. */
  signed?: ReadonlySet<string>;
}
