import { describe, expect, it } from "vitest";
import {
  type ClientTransaction,
  clientKey,
  createClient,
  createServer,
  type Header,
  header,
  respond,
  type SipRequest,
  serverKey,
  stepClient,
  stepServer,
  type TransactionAction,
  type TransactionTimer,
} from "./index.ts";

function request(method: string): SipRequest {
  const headers: Header[] = [
    ["Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1"],
    ["From", "<sip:a@a.example>;tag=f"],
    ["To", "<sip:b@b.example>"],
    ["Call-ID", "c"],
    ["CSeq", `1 ${method}`],
  ];
  return { kind: "request", method, uri: "sip:b@b.example", headers, body: new Uint8Array(0) };
}

/** Actions in a few characters each: "send INVITE", "send 486", "+B 32000", "-B", "deliver 200", "failed timeout", "end". */
function words(actions: readonly TransactionAction[]): string {
  return actions
    .map((action) => {
      switch (action.type) {
        case "send":
        case "deliver": {
          const { message } = action;
          return `${action.type} ${message.kind === "request" ? message.method : message.status}`;
        }
        case "start-timer":
          return `+${action.timer} ${action.ms}`;
        case "stop-timer":
          return `-${action.timer}`;
        case "failed":
          return `failed ${action.why}`;
        case "terminated":
          return "end";
        default:
          return action satisfies never;
      }
    })
    .join(", ");
}

function client(method: string, reliable: boolean) {
  const tx = createClient(request(method), reliable);
  const step = (event: Parameters<typeof stepClient>[1]) => {
    const out: TransactionAction[] = [];
    stepClient(tx, event, out);
    return words(out);
  };
  return {
    tx,
    start: () => step({ type: "start" }),
    answer: (status: number) => step({ type: "response", response: respond(tx.request, status, { toTag: "t" }) }),
    timer: (timer: TransactionTimer) => step({ type: "timer", timer }),
    broken: () => step({ type: "transport-error" }),
  };
}

function server(method: string, reliable: boolean) {
  const tx = createServer(request(method), reliable);
  const step = (event: Parameters<typeof stepServer>[1]) => {
    const out: TransactionAction[] = [];
    stepServer(tx, event, out);
    return words(out);
  };
  return {
    answer: (status: number) => step({ type: "respond", response: respond(tx.request, status, { toTag: "t" }) }),
    again: (method: string) => step({ type: "request", request: request(method) }),
    timer: (timer: TransactionTimer) => step({ type: "timer", timer }),
  };
}

describe("the client's transaction", () => {
  it("repeats an unanswered INVITE over UDP at doubled intervals and gives up after 32 s", () => {
    const invite = client("INVITE", false);
    expect(invite.start()).toBe("send INVITE, +A 500, +B 32000");
    expect(invite.timer("A")).toBe("send INVITE, +A 1000");
    expect(invite.timer("A")).toBe("send INVITE, +A 2000");
    expect(invite.timer("B")).toBe("failed timeout, end");
  });

  it("repeats nothing over TCP", () => {
    expect(client("INVITE", true).start()).toBe("send INVITE, +B 32000");
    expect(client("BYE", true).start()).toBe("send BYE, +F 32000");
  });

  it("acknowledges a refusal itself, and every repetition of it", () => {
    const invite = client("INVITE", false);
    invite.start();
    expect(invite.answer(180)).toBe("-A, -B, deliver 180");
    expect(invite.answer(486)).toBe("-A, -B, send ACK, deliver 486, +D 32000");
    expect(invite.answer(486)).toBe("send ACK");
    expect(header((invite.tx as ClientTransaction).ack!, "To")).toBe("<sip:b@b.example>;tag=t");
    expect(invite.timer("D")).toBe("end");
  });

  it("gives every repeated 200 to its user over UDP, and is done with the first over TCP", () => {
    const udp = client("INVITE", false);
    udp.start();
    expect(udp.answer(200)).toBe("deliver 200, -A, -B, +M 32000");
    expect(udp.answer(200)).toBe("deliver 200");
    const tcp = client("INVITE", true);
    tcp.start();
    expect(tcp.answer(200)).toBe("deliver 200, -A, -B, end");
    expect(tcp.answer(200)).toBe("");
  });

  it("repeats other requests up to every 4 s", () => {
    const bye = client("BYE", false);
    expect(bye.start()).toBe("send BYE, +E 500, +F 32000");
    for (const ms of [1000, 2000, 4000, 4000]) expect(bye.timer("E")).toBe(`send BYE, +E ${ms}`);
    expect(bye.answer(200)).toBe("deliver 200, -E, -F, +K 5000");
    expect(bye.answer(200)).toBe("");
  });

  it("fails when its way breaks, but not once it is answered", () => {
    const invite = client("INVITE", true);
    invite.start();
    expect(invite.broken()).toBe("failed transport, end");
    expect(invite.broken()).toBe("");
    const bye = client("BYE", false);
    bye.start();
    bye.answer(200);
    expect(bye.broken()).toBe("end");
  });
});

describe("the server's transaction", () => {
  it("repeats its last answer when the request is repeated", () => {
    const invite = server("INVITE", false);
    expect(invite.again("INVITE")).toBe("");
    expect(invite.answer(180)).toBe("send 180");
    expect(invite.again("INVITE")).toBe("send 180");
  });

  it("repeats a refusal over UDP until the ACK comes, and gives up after 32 s", () => {
    const invite = server("INVITE", false);
    expect(invite.answer(486)).toBe("send 486, +G 500, +H 32000");
    expect(invite.timer("G")).toBe("send 486, +G 1000");
    expect(invite.again("ACK")).toBe("-G, -H, deliver ACK, +I 5000");
    const unheard = server("INVITE", false);
    unheard.answer(486);
    expect(unheard.timer("H")).toBe("failed timeout, end");
  });

  it("repeats a 200 over UDP until the ACK comes, then absorbs repeats; without an ACK it fails after 32 s", () => {
    const invite = server("INVITE", false);
    expect(invite.answer(200)).toBe("send 200, +G 500, +H 32000");
    expect(invite.timer("G")).toBe("send 200, +G 1000");
    expect(invite.again("INVITE")).toBe("");
    expect(invite.again("ACK")).toBe("-G, -H, +L 32000");
    expect([invite.again("ACK"), invite.again("INVITE"), invite.timer("L")]).toEqual(["", "", "end"]);
    const unheard = server("INVITE", false);
    unheard.answer(200);
    expect(unheard.timer("H")).toBe("failed timeout, end");
  });

  it("ends with the ACK over TCP, after 200 as after a refusal", () => {
    for (const status of [200, 404]) {
      const invite = server("INVITE", true);
      expect(invite.answer(status)).toBe(`send ${status}, +H 32000`);
      expect(invite.again("ACK")).toMatch(/end$/);
    }
  });

  it("answers once only", () => {
    const invite = server("INVITE", true);
    invite.answer(200);
    expect(invite.answer(486)).toBe("");
  });

  it("is found by its ACK, and the answer finds the request", () => {
    expect(serverKey(request("ACK"))).toBe(serverKey(request("INVITE")));
    expect(serverKey(request("CANCEL"))).not.toBe(serverKey(request("INVITE")));
    expect(clientKey(respond(request("BYE"), 200))).toBe(clientKey(request("BYE")));
  });
});
