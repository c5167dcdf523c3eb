// What is read aloud: the day in one sentence, when it has changed, at most every ten seconds.

import { OUTCOMES } from "@depesche/core";
import { useEffect, useState } from "preact/hooks";
import { count } from "../format.ts";
import { t } from "../language.ts";
import { world } from "../world.ts";

const EVERY_MS = 10_000;

function sentence(): string {
  const { today } = world.get();
  if (!today || today.recipients === 0) return "";
  const counts = OUTCOMES.filter((outcome) => (today.outcomes[outcome] ?? 0) > 0)
    .map((outcome) => `${count(today.outcomes[outcome] ?? 0)} ${outcome}`)
    .join(", ");
  return t("summary", { done: count(today.final), all: count(today.recipients), counts });
}

export function Summary() {
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setText(sentence()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="unseen" aria-live="polite">
      {text}
    </p>
  );
}
