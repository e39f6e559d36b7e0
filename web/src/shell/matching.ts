/** What of many commands a text means. */

export interface Command {
  title: string;
  about: string;
  act: () => void;
}

/** The commands that have every word of a text. */
export function matching(commands: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ title, about }) => words.every((word) => `${title} ${about}`.toLowerCase().includes(word)));
}
