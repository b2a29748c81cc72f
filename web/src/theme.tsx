// Light or dark: as the system says, until somebody chooses.

import { useEffect, useState } from "react";

const STORED = "lukasa.theme";
type Theme = "system" | "light" | "dark";
const NEXT: Record<Theme, Theme> = { system: "dark", dark: "light", light: "system" };
const NAMES: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

const stored = (): Theme => {
  const theme = localStorage.getItem(STORED);
  return theme === "light" || theme === "dark" ? theme : "system";
};

function apply(theme: Theme) {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

apply(stored());

export function ThemeButton() {
  const [theme, setTheme] = useState(stored);
  useEffect(() => {
    localStorage.setItem(STORED, theme);
    apply(theme);
  }, [theme]);
  return (
    <button type="button" className="link" onClick={() => setTheme(NEXT[theme])}>
      Theme: {NAMES[theme].toLowerCase()}
    </button>
  );
}
