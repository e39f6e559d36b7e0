/** Light, dark, or what the system says. */
import { useEffect, useState } from "preact/hooks";

const CHOICES = ["auto", "light", "dark"] as const;
export type Choice = (typeof CHOICES)[number];
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): Choice {
  try {
    const choice = localStorage.getItem("theme") as Choice;
    return CHOICES.includes(choice) ? choice : "auto";
  } catch {
    return "auto"; // Of a file on disk a browser may keep nothing.
  }
}

let choice: Choice = stored();
const resolved = () => (choice === "auto" ? (system.matches ? "dark" : "light") : choice);

function apply(): void {
  document.documentElement.dataset.theme = resolved();
  dispatchEvent(new Event("themechange"));
}

system.addEventListener("change", apply);
apply();

export function nextTheme(): void {
  choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
  try {
    localStorage.setItem("theme", choice);
  } catch {
    // Then it holds for this page.
  }
  apply();
}

export const themeChoice = () => choice;

/** The theme that is shown. */
export function useTheme(): string {
  const [theme, setTheme] = useState<string>(resolved());
  useEffect(() => {
    const changed = () => setTheme(`${resolved()} ${choice}`);
    addEventListener("themechange", changed);
    return () => removeEventListener("themechange", changed);
  }, []);
  return theme;
}
