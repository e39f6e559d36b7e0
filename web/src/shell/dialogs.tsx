/** The command palette and the list of keys. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Row } from "../model";
import { useFetched } from "../source";
import { commandsFor } from "./commands";
import type { Command } from "./matching";

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
  const options = useMemo(() => commandsFor(text, value?.runs ?? []), [text, value]);
  const take = (number: number) => {
    close();
    options[number]?.act();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % Math.max(1, options.length));
    } else if (event.key === "Enter") take(at);
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
        onKeyDown={pressed}
      />
      <Options options={options} at={at} take={take} />
    </dialog>
  );
}

const Options = ({ options, at, take }: { options: Command[]; at: number; take: (number: number) => void }) => (
  <ul id="palette-options" role="listbox" aria-label="Found">
    {options.map(({ title, about }, number) => (
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
);
