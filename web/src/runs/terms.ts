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
        text: `${negated}${named[1]}:${/[\s,"]/.test(value) ? JSON.stringify(value) : value}`,
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
