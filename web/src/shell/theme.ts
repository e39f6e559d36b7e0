/** Light, dark, or what the system says. */
import { useEffect, useState } from "preact/hooks";
import { remember, remembered } from "./memory";

const CHOICES = ["auto", "light", "dark"] as const;
export type Choice = (typeof CHOICES)[number];
const system = matchMedia("(prefers-color-scheme: dark)");

let choice: Choice = CHOICES.find((each) => each === remembered("theme")) ?? "auto";
const resolved = () => (choice === "auto" ? (system.matches ? "dark" : "light") : choice);

function apply(): void {
  document.documentElement.dataset.theme = resolved();
  dispatchEvent(new Event("themechange"));
}

system.addEventListener("change", apply);
apply();

export function nextTheme(): void {
  choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
  remember("theme", choice);
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
