/** The bar above every page: the pages, the project, and whether the server answers. */
import { useFetched } from "../source";
import { nextTheme, themeChoice, useTheme } from "./theme";

export const PAGES: [string, string][] = [
  ["runs", "Runs"],
  ["sessions", "Sessions"],
  ["stats", "Stats"],
  ["errors", "Errors"],
  ["about", "About"],
];
/** Pages that no link of the bar leads to, and the page that leads there. */
const BELOW = new Map([
  ["run", "runs"],
  ["compare", "runs"],
  ["session", "sessions"],
]);

export type Dialog = "palette" | "keys" | null;

interface Props {
  current: string;
  connected: boolean | null;
  all: boolean;
  showAll: (wanted: boolean) => void;
  open: (dialog: Dialog) => void;
}

export function Bar({ current, connected, all, showAll, open }: Props) {
  const place = useFetched<{ home: string; project: string | null }>("place", connected).value;
  return (
    <header class="bar">
      <a class="logo" href="#/runs">
        <Logo />
        Gradient
      </a>
      <Pages current={BELOW.get(current) ?? current} />
      <div class="right">
        {place?.project && <Project project={place.project} all={all} showAll={showAll} />}
        <span
          class={`live ${connected === false ? "off" : ""}`}
          role="status"
          title={connected === false ? "Trying to reach the server" : place?.home}
        >
          {connected === false ? "offline" : "live"}
        </span>
        <button type="button" class="button wide" onClick={() => open("palette")}>
          Find <kbd>Ctrl K</kbd>
        </button>
        <Theme />
        <button type="button" class="button plain" onClick={() => open("keys")} aria-label="Keys" title="Keys (?)">
          ?
        </button>
      </div>
    </header>
  );
}

const Pages = ({ current }: { current: string }) => (
  <nav aria-label="Pages">
    {PAGES.map(([name, title]) => (
      <a key={name} href={`#/${name}`} aria-current={current === name ? "page" : undefined}>
        {title}
      </a>
    ))}
  </nav>
);

const Project = ({ project, all, showAll }: Pick<Props, "all" | "showAll"> & { project: string }) => (
  <select
    class="field wide"
    aria-label="Project"
    value={all ? "1" : ""}
    onChange={(event) => showAll(event.currentTarget.value === "1")}
  >
    <option value="">{project}</option>
    <option value="1">all projects</option>
  </select>
);

export function Theme() {
  useTheme();
  return (
    <button type="button" class="button plain" onClick={nextTheme} title="Theme: auto, light, dark">
      {themeChoice()}
    </button>
  );
}

export const Logo = () => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <rect width="16" height="16" rx="3" fill="var(--accent)" />
    <path d="M3 4.5h10M5 8h6M7.5 11.5H13" stroke="var(--bg)" stroke-width="1.8" stroke-linecap="round" />
  </svg>
);
