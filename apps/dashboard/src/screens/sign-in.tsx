// Signing in with an API key, where no demo hands one out.

import { useState } from "preact/hooks";
import { t } from "../language.ts";
import { signIn } from "../session.ts";

export function SignIn({ refused }: { refused: boolean }) {
  const [key, setKey] = useState("");
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Of the form, not of the last paint: a key that is filled in and sent at once is the one meant.
          const typed = event.currentTarget.querySelector("input")?.value.trim();
          if (typed) signIn(typed);
        }}
      >
        <h1>{t("signInTitle")}</h1>
        <p>{t("signInLead")}</p>
        <label>
          <span>{t("apiKey")}</span>
          <input
            type="password"
            autocomplete="current-password"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        {refused && (
          <p class="failure" role="alert">
            {t("signInWrong")}
          </p>
        )}
        <button type="submit" class="primary">
          {t("signIn")}
        </button>
      </form>
    </main>
  );
}
