/** Switches between the system's colours, light and dark. */
import type { ReactElement } from "react";
import { useState } from "react";
import { Icon } from "./icon.tsx";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

/** Also read by public/theme.js, before the first paint. */
const STORAGE_KEY = "ultravisor-theme";

export function ThemeButton(): ReactElement {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const press = (): void => {
    apply(next);
    setTheme(next);
  };
  const label = `Colours: ${theme}. Switch to ${next}`;
  return (
    <button type="button" className="button plain icon-only" onClick={press} aria-label={label} title={label}>
      <Icon name={theme} />
    </button>
  );
}

function storedTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(STORAGE_KEY)) ?? "system";
}

function apply(theme: Theme): void {
  localStorage.setItem(STORAGE_KEY, theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
