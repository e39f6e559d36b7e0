/** One run in one file: the same page, and everything it would ask a server for. */
import { render } from "preact";
import type { Execution, Request, RunAnswer } from "./model";
import { go, href, read } from "./route";
import { RunPage } from "./run/page";
import { Logo, Theme } from "./shell/bar";
import { Failed, type Problem, type Source, SourceProvider } from "./source";
import "./styles.css";
import "./vocabulary.css";

interface Embedded {
  run: RunAnswer;
  request: Request;
  graph: unknown;
  state: unknown;
  chat: unknown;
  events: unknown;
  executions: Record<string, Execution>;
}

class File implements Source {
  readonly kind = "file";

  constructor(readonly embedded: Embedded) {}

  get<T>(path: string): Promise<T> {
    const [, , view, id] = path.split("/");
    const { run, executions, ...views } = this.embedded;
    const found: unknown =
      view === undefined ? run : view === "executions" ? executions[id] : views[view as keyof typeof views];
    const missing: Problem = { kind: "RunNotFound", message: "This file holds one run, and that is not in it." };
    return found === undefined ? Promise.reject(new Failed(missing)) : Promise.resolve(found as T);
  }

  exported = () => null;
  image = () => null;
  follow = () => () => undefined;
}

async function unpacked(): Promise<Embedded> {
  const packed = Uint8Array.from(atob(document.getElementById("run")!.textContent!), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as Embedded;
}

void unpacked().then((embedded) => {
  const id = embedded.run.request_id;
  if (read().path.length === 0) go(href(["run", id]), true);
  render(
    <SourceProvider value={new File(embedded)}>
      <div class="shell">
        <header class="bar">
          <span class="logo">
            <Logo />
            Gradient
          </span>
          <span class="dim small">one run, as it was when this file was made</span>
          <div class="right">
            <Theme />
          </div>
        </header>
        <main>
          <RunPage id={id} />
        </main>
      </div>
    </SourceProvider>,
    document.getElementById("page")!,
  );
});
