/** The box of the query language, with completion of fields and of names that occur. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, useFetched } from "../source";
import { type Fields, type Option, optionsFor } from "./terms";

export function Query({
  value,
  problem,
  onQuery,
}: {
  value: string;
  problem: Problem | null;
  onQuery: (query: string) => void;
}) {
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
  const take = (option: Option) => {
    const head = text.slice(0, caret).replace(/\S*$/, "");
    const rest = text.slice(caret);
    const whole = head + option.text + rest;
    setText(whole);
    setAt(-1);
    input.current?.focus();
    if (!/[:<>]$/.test(option.text)) submit(whole);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setAt((former) =>
        options.length
          ? (former + (event.key === "ArrowDown" ? 1 : options.length + (former < 0 ? 1 : 0) - 1)) % options.length
          : -1,
      );
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
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setAt(-1);
          if (event.currentTarget.value === "") submit("");
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 120)}
        onKeyDown={pressed}
      />
      {options.length > 0 && (
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
      )}
      {problem && (
        <div class="wrong mono" role="alert">
          {problem.message}
        </div>
      )}
    </div>
  );
}
