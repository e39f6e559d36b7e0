/** The command palette and the list of keys. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Row } from "../model";
import { go, href } from "../route";
import { useFetched } from "../source";
import { nextTheme } from "./theme";

const KEYS: [string, string][] = [
  ["Ctrl K", "find a page, a run, a command"],
  ["/", "go to the query or the search"],
  ["?", "these keys"],
  ["j k ↑ ↓", "next and previous run"],
  ["Enter", "open the run"],
  ["x", "choose a run"],
  ["c", "compare the two that are chosen"],
  ["e", "only errors"],
  [".", "copy the link to the run"],
  ["↑ ↓", "in the tree: up and down"],
  ["← →", "fold and unfold"],
  ["Shift ↑ ↓", "among siblings"],
  ["Enter", "go to the details"],
  ["n p", "next and previous error"],
  ["z", "zoom to what is selected"],
  ["f", "only what is below it"],
  ["c", "critical path"],
  ["1 … 7", "tabs"],
  ["g", "graph"],
  ["y", "copy the link"],
  ["Esc", "back to the whole run, then to the list"],
];

export function Dialogs({ palette, keys, close }: { palette: boolean; keys: boolean; close: () => void }) {
  return (
    <>
      {palette && <Palette close={close} />}
      {keys && <Keys close={close} />}
    </>
  );
}

function useModal(close: () => void) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    // before the next key: what follows Ctrl-K is meant for the dialog
    const dialog = element.current!;
    if (!dialog.open) dialog.showModal();
    const outside = (event: MouseEvent) => event.target === dialog && close();
    dialog.addEventListener("close", close);
    dialog.addEventListener("mousedown", outside);
    return () => {
      dialog.removeEventListener("close", close);
      dialog.removeEventListener("mousedown", outside);
      if (dialog.open) dialog.close();
    };
  }, []);
  return element;
}

function Keys({ close }: { close: () => void }) {
  const element = useModal(close);
  return (
    <dialog ref={element} aria-label="Keys">
      <div class="keys">
        {KEYS.map(([key, about]) => (
          <div>
            <span>{about}</span>
            <kbd>{key}</kbd>
          </div>
        ))}
      </div>
    </dialog>
  );
}

function Palette({ close }: { close: () => void }) {
  const element = useModal(close);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { value } = useFetched<{ runs: Row[] }>("runs?limit=100");
  const options = useMemo(() => {
    const pages: [string, string, () => void][] = [
      ["Runs", "page", () => go("#/runs")],
      ["Sessions", "page", () => go("#/sessions")],
      ["Stats", "page", () => go("#/stats")],
      ["Errors", "page", () => go("#/errors")],
      ["Compare", "page", () => go("#/compare")],
      ["About", "page", () => go("#/about")],
      ["Change the theme", "command", nextTheme],
      ["Failed runs", "command", () => go(href(["runs"], { q: "status:error" }))],
    ];
    const runs = (value?.runs ?? []).map((run): [string, string, () => void] => [
      `${run.entrypoint ?? "run"} ${run.request_id.slice(0, 8)}`,
      run.status,
      () => go(href(["run", run.request_id])),
    ]);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [...pages, ...runs].filter(([title, about]) =>
      words.every((word) => `${title} ${about}`.toLowerCase().includes(word)),
    );
    if (text.trim())
      found.push([
        `Runs with “${text.trim()}” in inputs or outputs`,
        "search",
        () => go(href(["runs"], { q: `text:${JSON.stringify(text.trim())}` })),
      ]);
    return found.slice(0, 30);
  }, [text, value]);
  const take = (number: number) => {
    close();
    options[number]?.[2]();
  };
  return (
    <dialog ref={element} class="palette" aria-label="Find">
      <input
        autofocus
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-options"
        aria-activedescendant={`palette-${at}`}
        aria-label="Find a page, a run, a command"
        placeholder="Find a page, a run, a command, or a text in runs"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setAt((at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % Math.max(1, options.length));
          } else if (event.key === "Enter") take(at);
        }}
      />
      <ul id="palette-options" role="listbox" aria-label="Found">
        {options.map(([title, about], number) => (
          <li
            key={number}
            id={`palette-${number}`}
            role="option"
            aria-selected={number === at}
            onClick={() => take(number)}
          >
            <span class="grow cut">{title}</span>
            <span class="dim small">{about}</span>
          </li>
        ))}
      </ul>
    </dialog>
  );
}
