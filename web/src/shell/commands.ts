/** What the command palette finds: pages, runs, commands. */
import type { Row } from "../model";
import { go, href } from "../route";
import { type Command, matching } from "./matching";
import { nextTheme } from "./theme";

const MOST = 30;

const page = (title: string): Command => ({ title, about: "page", act: () => go(`#/${title.toLowerCase()}`) });

const COMMANDS: Command[] = [
  ...["Runs", "Sessions", "Stats", "Errors", "Compare", "About"].map(page),
  { title: "Change the theme", about: "command", act: nextTheme },
  { title: "Failed runs", about: "command", act: () => go(href(["runs"], { q: "status:error" })) },
];

const run = ({ entrypoint, request_id, status }: Row): Command => ({
  title: `${entrypoint ?? "run"} ${request_id.slice(0, 8)}`,
  about: status,
  act: () => go(href(["run", request_id])),
});

const search = (text: string): Command => ({
  title: `Runs with “${text}” in inputs or outputs`,
  about: "search",
  act: () => go(href(["runs"], { q: `text:${JSON.stringify(text)}` })),
});

/** What matches a text, and at last the search for the text itself. */
export function commandsFor(text: string, runs: Row[]): Command[] {
  const found = matching([...COMMANDS, ...runs.map(run)], text);
  return [...found, ...(text.trim() ? [search(text.trim())] : [])].slice(0, MOST);
}
