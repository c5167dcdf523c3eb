// Light, dark, or as the system has it.

import { signal } from "./signal.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "depesche.theme";

function initial(): Theme {
  const kept = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === kept) ?? "auto";
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export const theme = signal<Theme>(initial());
apply(theme.get());

export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  apply(next);
  theme.set(next);
}
