// Light or dark, as the page around the widget has it; the colours are those that Python declares.

import palette from "./generated/palette.json";

export interface Colour {
  light: string;
  dark: string;
  dash: string;
  symbol: string;
}

const COLOURS = palette.colours as Record<string, Colour>;

export interface Theme {
  dark: boolean;
  colour(name: string): string;
  dash(name: string): string;
  symbol(name: string): string;
  /** The two ends of the diverging scale. */
  diverging: [string, string];
}

function entry(name: string): Colour {
  const found = COLOURS[name];
  if (!found) throw new Error(`the colour "${name}" is not in this front end's palette: build it again (make setup)`);
  return found;
}

export function theme(dark: boolean): Theme {
  const [low, high] = palette.diverging as [string, string];
  const lighter = (ink: string) => Object.values(COLOURS).find((colour) => colour.light === ink)?.dark ?? ink;
  return {
    dark,
    colour: (name) => (dark ? entry(name).dark : entry(name).light),
    dash: (name) => entry(name).dash,
    symbol: (name) => entry(name).symbol,
    diverging: dark ? [lighter(low), lighter(high)] : [low, high],
  };
}

const preference = () => globalThis.matchMedia?.("(prefers-color-scheme: dark)");

/** The book theme's word, then JupyterLab's, then VS Code's, then the system's. */
export function isDark(): boolean {
  const page = document.documentElement.dataset.theme;
  if (page === "dark" || page === "light") return page === "dark";
  const lab = document.body?.dataset.jpThemeLight;
  if (lab) return lab === "false";
  const code = document.body?.dataset.vscodeThemeKind;
  if (code) return code.includes("dark");
  return preference()?.matches ?? false;
}

/** Calls back whenever light turns to dark or back; returns the way to stop. */
export function watchTheme(changed: (dark: boolean) => void): () => void {
  let last = isDark();
  const look = () => {
    const now = isDark();
    if (now !== last) changed((last = now));
  };
  const observer = new MutationObserver(look);
  const attributeFilter = ["data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
  for (const node of [document.documentElement, document.body]) observer.observe(node, { attributeFilter });
  const media = preference();
  media?.addEventListener("change", look);
  return () => {
    observer.disconnect();
    media?.removeEventListener("change", look);
  };
}

/** The inks that the style sheet knows as --ck-ink, --ck-muted, ... */
export const INKS = ["ink", "muted", "grid", "paper", "accent", "shade"] as const;
