/** The frame around every page, and which page stands where. */
import { useEffect, useState } from "preact/hooks";
import { Part } from "./boundary";
import { ComparePage } from "./compare/page";
import { AboutPage } from "./pages/about";
import { ErrorsPage } from "./pages/errors";
import { SessionPage, SessionsPage } from "./pages/sessions";
import { StatsPage } from "./pages/stats";
import { Empty, useKeys } from "./parts";
import { usePlace } from "./route";
import { RunPage } from "./run/page";
import { RunsPage } from "./runs/page";
import { Bar, type Dialog, PAGES } from "./shell/bar";
import { Dialogs } from "./shell/dialogs";
import { OFFLINE, scope, useSource } from "./source";

export function App() {
  const { path } = usePlace();
  const [connected, setConnected] = useState<boolean | null>(null);
  const [dialog, setDialog] = useState<Dialog>(null);
  const [all, setAll] = useState(scope.all);
  const source = useSource();
  useEffect(() => source.follow(null, null, () => undefined, setConnected), [source]);
  useDialogKeys(setDialog);
  const current = path[0] ?? "runs";
  const showAll = (wanted: boolean) => {
    scope.all = wanted;
    setAll(wanted);
  };
  return (
    <div class="shell">
      <Skip />
      <Bar current={current} connected={connected} all={all} showAll={showAll} open={setDialog} />
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

function useDialogKeys(open: (dialog: Dialog) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open("palette");
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  useKeys({
    "?": () => open("keys"),
    "/": () => {
      const box = document.querySelector<HTMLInputElement>("#query, main input[type=search]");
      if (box) box.focus();
      else open("palette");
    },
  });
}

/** For those who go by keys, past the bar. */
const Skip = () => (
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
);

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
