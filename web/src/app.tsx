/** The frame around every page, and which page stands where. */
import { useEffect, useState } from "preact/hooks";
import { Part } from "./boundary";
import { AboutPage } from "./pages/about";
import { ComparePage } from "./pages/compare";
import { ErrorsPage } from "./pages/errors";
import { SessionPage, SessionsPage } from "./pages/sessions";
import { StatsPage } from "./pages/stats";
import { Empty, useKeys } from "./parts";
import { usePlace } from "./route";
import { RunPage } from "./run/page";
import { RunsPage } from "./runs/page";
import { Dialogs } from "./shell/dialogs";
import { nextTheme, themeChoice, useTheme } from "./shell/theme";
import { OFFLINE, scope, useFetched, useSource } from "./source";

const PAGES: [string, string][] = [
  ["runs", "Runs"],
  ["sessions", "Sessions"],
  ["stats", "Stats"],
  ["errors", "Errors"],
  ["about", "About"],
];

export function App() {
  const { path } = usePlace();
  const source = useSource();
  const [connected, setConnected] = useState<boolean | null>(null);
  const [dialog, setDialog] = useState<"palette" | "keys" | null>(null);
  const [all, setAll] = useState(scope.all);
  const place = useFetched<{ home: string; project: string | null }>("place", connected);
  useEffect(() => source.follow(null, null, () => undefined, setConnected), [source]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setDialog("palette");
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  useKeys({
    "?": () => setDialog("keys"),
    "/": () => {
      const box = document.querySelector<HTMLInputElement>("#query, main input[type=search]");
      if (box) box.focus();
      else setDialog("palette");
    },
  });
  const current = path[0] ?? "runs";
  const project = place.value?.project;
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("main [tabindex='0'], main input, main a")?.focus();
        }}
      >
        To the content
      </a>
      <header class="bar">
        <a class="logo" href="#/runs">
          <Logo />
          Gradient
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([name, title]) => (
            <a
              key={name}
              href={`#/${name}`}
              aria-current={
                current === name ||
                (name === "runs" && (current === "run" || current === "compare")) ||
                (name === "sessions" && current === "session")
                  ? "page"
                  : undefined
              }
            >
              {title}
            </a>
          ))}
        </nav>
        <div class="right">
          {project && (
            <select
              class="field wide"
              aria-label="Project"
              value={all ? "1" : ""}
              onChange={(event) => {
                scope.all = event.currentTarget.value === "1";
                setAll(scope.all);
              }}
            >
              <option value="">{project}</option>
              <option value="1">all projects</option>
            </select>
          )}
          <span
            class={`live ${connected === false ? "off" : ""}`}
            role="status"
            title={connected === false ? "Trying to reach the server" : place.value?.home}
          >
            {connected === false ? "offline" : "live"}
          </span>
          <button type="button" class="button wide" onClick={() => setDialog("palette")}>
            Find <kbd>Ctrl K</kbd>
          </button>
          <Theme />
          <button
            type="button"
            class="button plain"
            onClick={() => setDialog("keys")}
            aria-label="Keys"
            title="Keys (?)"
          >
            ?
          </button>
        </div>
      </header>
      {connected === false && (
        <div class="notice" role="alert">
          {OFFLINE.message}
        </div>
      )}
      <main id="main" key={`${all}`}>
        {PAGES.filter(([name]) => name === current).map(([name, title]) => (
          <h1 key={name} class="unseen">
            {title}
          </h1>
        ))}
        <Part what="this page" of={path.join("/")}>
          <Page path={path} />
        </Part>
      </main>
      <Part what="the dialog" of={dialog}>
        <Dialogs palette={dialog === "palette"} keys={dialog === "keys"} close={() => setDialog(null)} />
      </Part>
    </div>
  );
}

function Page({ path }: { path: string[] }) {
  const [name = "runs", id = ""] = path;
  if (name === "runs") return <RunsPage />;
  if (name === "run" && id) return <RunPage id={id} key={id} />;
  if (name === "compare") return <ComparePage />;
  if (name === "sessions") return <SessionsPage />;
  if (name === "session" && id) return <SessionPage id={id} key={id} />;
  if (name === "stats") return <StatsPage />;
  if (name === "errors") return <ErrorsPage />;
  if (name === "about") return <AboutPage />;
  return (
    <Empty title="There is no such page">
      <a href="#/runs">To the runs</a>
    </Empty>
  );
}

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
