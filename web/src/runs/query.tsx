/** The box of the query language, with completion of fields and of names that occur. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, useFetched } from "../source";
import { completed, type Fields, nextOption, type Option, optionsFor } from "./terms";

interface Props {
  value: string;
  problem: Problem | null;
  onQuery: (query: string) => void;
}

export function Query({ value, problem, onQuery }: Props) {
  const { input, text, options, at, write, take, pressed, setOpen } = useCompletion(value, onQuery);
  return (
    <div class="query">
      <input
        ref={input}
        id="query"
        class="field"
        type="search"
        role="combobox"
        aria-label="Query"
        aria-expanded={options.length > 0}
        aria-controls="query-options"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `option-${at}` : undefined}
        aria-invalid={problem !== null}
        autocomplete="off"
        spellcheck={false}
        placeholder='status:error node:tools dur>2s cost>0.01 text:"glacier"'
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 120)}
        onKeyDown={pressed}
      />
      {options.length > 0 && <Options options={options} at={at} take={take} />}
      {problem && (
        <div class="wrong mono" role="alert">
          {problem.message}
        </div>
      )}
    </div>
  );
}

function useCompletion(value: string, onQuery: (query: string) => void) {
  const { value: known } = useFetched<Fields>("fields");
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  const caret = input.current?.selectionStart ?? text.length;
  const options = open && known ? optionsFor(known, text.slice(0, caret)) : [];
  const submit = (query: string) => {
    setOpen(false);
    onQuery(query.trim());
  };
  const write = (written: string) => {
    setText(written);
    setOpen(true);
    setAt(-1);
    if (written === "") submit("");
  };
  const take = (option: Option) => {
    const whole = completed(text, caret, option);
    setText(whole);
    setAt(-1);
    input.current?.focus();
    if (!/[:<>]$/.test(option.text)) submit(whole);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setAt((former) => nextOption(former, event.key === "ArrowDown" ? 1 : -1, options.length));
    } else if (event.key === "Enter") {
      if (at >= 0 && options[at]) take(options[at]);
      else submit(text);
    } else if (event.key === "Tab" && open && options.length > 0 && text) {
      event.preventDefault();
      take(options[Math.max(0, at)]);
    } else if (event.key === "Escape") {
      if (open) setOpen(false);
      else input.current?.blur();
    }
  };
  return { input, text, options, at, write, take, pressed, setOpen };
}

const Options = ({ options, at, take }: { options: Option[]; at: number; take: (option: Option) => void }) => (
  <ul class="options" id="query-options" role="listbox" aria-label="Completions">
    {options.map((option, number) => (
      <li
        key={option.text}
        id={`option-${number}`}
        role="option"
        aria-selected={number === at}
        onMouseDown={(event) => {
          event.preventDefault();
          take(option);
        }}
      >
        <span class="mono">{option.text}</span>
        <span class="dim small cut">{option.help}</span>
      </li>
    ))}
  </ul>
);
