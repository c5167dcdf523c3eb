// The frame of every screen: stripe, rail, the screen itself, the keys, and the summary that is read aloud.

import type { Client } from "@depesche/client";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { KeysDialog, useKeys } from "./keys.tsx";
import { language, t, type Word } from "./language.ts";
import { Foot, Rail } from "./parts/rail.tsx";
import { Summary } from "./parts/summary.tsx";
import { type Route, route } from "./route.ts";
import { Board } from "./screens/board/board.tsx";
import { Call } from "./screens/call/call.tsx";
import { Chaos } from "./screens/chaos/chaos.tsx";
import { ChaosNote } from "./screens/chaos/chaos-note.tsx";
import { Dispatch } from "./screens/dispatch/dispatch.tsx";
import { Failures } from "./screens/failures/failures.tsx";
import { Dial } from "./screens/inbound/dial.tsx";
import { Inbound } from "./screens/inbound/inbound.tsx";
import { JobScreen } from "./screens/job/job.tsx";
import { Jobs } from "./screens/jobs.tsx";
import { Letters } from "./screens/letters/letters.tsx";
import { Mailbox } from "./screens/mailbox/mailbox.tsx";
import { Phone } from "./screens/phone/phone.tsx";
import { ScenarioScreen } from "./screens/scenario/scenario.tsx";
import { Send } from "./screens/send.tsx";
import { SignIn } from "./screens/sign-in.tsx";
import { session, signOut } from "./session.ts";
import { useSignal } from "./signal.ts";
import { feedState, startWorld, stopWorld, world } from "./world.ts";

const TITLES: Record<Route["page"], Word> = {
  board: "board",
  jobs: "jobs",
  job: "job",
  call: "call",
  dispatch: "dispatch",
  failures: "failures",
  inbound: "inbound",
  dial: "dial",
  phone: "phone",
  mailbox: "mailbox",
  letters: "letters",
  scenario: "scenario",
  chaos: "chaos",
  send: "send",
  lost: "nothingHere",
};

export function App() {
  const now = useSignal(session);
  const words = useSignal(language);
  useEffect(() => {
    document.documentElement.lang = words;
  }, [words]);
  if (now.state === "asking") return null;
  if (now.state === "none") return <SignIn refused={now.refused} />;
  return <House key={words} client={now.client} />;
}

function House({ client }: { client: Client }) {
  const here = useSignal(route);
  const { simulated } = useSignal(world);
  const feed = useSignal(feedState);
  const main = useRef<HTMLElement>(null);
  const keys = useKeys();

  useEffect(() => {
    startWorld(client);
    return stopWorld;
  }, [client]);
  useEffect(() => {
    if (feed === "refused") signOut(true);
  }, [feed]);

  // A new screen begins at its top, with the focus in it, so that keyboard and reader follow: before the paint, since after it
  // somebody may already have gone on to a field of it.
  const first = useRef(true);
  useLayoutEffect(() => {
    document.title = `${t(TITLES[here.page])} · ${t("appName")}`;
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [here.page]);

  return (
    <div class={simulated ? "house simulated" : "house"}>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      {simulated && (
        <p class="stripe">
          <strong>{t("simulated")}</strong> <span>{t("simulatedGloss")}</span> <ChaosNote client={client} />
        </p>
      )}
      <Rail here={here} />
      <main id="main" ref={main} tabIndex={-1}>
        <Screen here={here} client={client} />
      </main>
      <Foot onKeys={keys.open} />
      <Summary />
      <KeysDialog open={keys.isOpen} onClose={keys.close} />
    </div>
  );
}

function Screen({ here, client }: { here: Route; client: Client }) {
  switch (here.page) {
    case "board":
      return <Board client={client} />;
    case "jobs":
      return <Jobs client={client} cursor={here.cursor} />;
    case "job":
      return <JobScreen key={here.id} client={client} here={here} />;
    case "dispatch":
      return <Dispatch client={client} />;
    case "call":
      return <Call key={here.key} client={client} here={here} />;
    case "failures":
      return <Failures client={client} here={here} />;
    case "inbound":
      return <Inbound client={client} here={here} />;
    case "dial":
      return <Dial client={client} />;
    case "phone":
      return <Phone client={client} here={here} />;
    case "mailbox":
      return <Mailbox client={client} here={here} />;
    case "letters":
      return <Letters client={client} here={here} />;
    case "scenario":
      return <ScenarioScreen client={client} />;
    case "chaos":
      return <Chaos client={client} />;
    case "send":
      return <Send key={here.channel} client={client} channel={here.channel} />;
    case "lost":
      return (
        <p class="empty">
          {t("nothingHere")} <a href="/">{t("toBoard")}</a>
        </p>
      );
  }
}
