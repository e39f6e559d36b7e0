/** Terms of the query language: those that complete what was begun, and one put in or taken out. */

export interface Fields {
  fields: { name: string; sort: string; help: string; example: string }[];
  values: Record<string, string[]>;
}

export interface Option {
  text: string;
  help: string;
}

export function optionsFor(known: Fields, before: string): Option[] {
  const word = /\S*$/.exec(before)![0];
  const negated = word.startsWith("-") ? "-" : "";
  const term = word.slice(negated.length);
  const named = /^(\w+):(.*)$/.exec(term);
  if (named) {
    const values = known.values[named[1]] ?? [];
    const begun = named[2].toLowerCase().replace(/^"/, "");
    return values
      .filter((value) => value.toLowerCase().includes(begun) && value !== named[2])
      .slice(0, 12)
      .map((value) => ({
        text: `${negated}${named[1]}:${quoted(value)}`,
        help: "",
      }));
  }
  return known.fields
    .filter((field) => field.name.startsWith(term.toLowerCase()))
    .slice(0, 24)
    .map((field) => ({
      text: `${negated}${field.name}${["number", "duration"].includes(field.sort) ? ">" : ":"}`,
      help: `${field.help} ${field.example}`,
    }));
}

export function toggled(query: string, term: string): string {
  const terms = query.split(/\s+/).filter(Boolean);
  if (terms.includes(term)) return terms.filter((each) => each !== term).join(" ");
  const field = term.split(":")[0];
  return [...terms.filter((each) => !each.startsWith(`${field}:`)), term].join(" ");
}

/** A value as the query language reads it. */
export const quoted = (value: string) => (/[\s,"*]/.test(value) ? JSON.stringify(value) : value);

/** A text with an option in the place of the word before the caret. */
export const completed = (text: string, caret: number, option: Option) =>
  text.slice(0, caret).replace(/\S*$/, "") + option.text + text.slice(caret);

/** The option after or before one, round and round; -1 stands for none. */
export function nextOption(at: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1;
  return at < 0 ? (by === 1 ? 0 : count - 1) : (at + by + count) % count;
}
