/** What a stack trace of Python says. */

/** Where it was raised, and the line that stands there. */
export function lastFrame(stacktrace: string): { place: string; line: string } | null {
  const lines = stacktrace.split("\n");
  for (let at = lines.length - 1; at >= 0; at--) {
    const found = /^ {2}File "(.*)", line (\d+), in (.*)$/.exec(lines[at]);
    if (found) return { place: `${found[1]}:${found[2]} in ${found[3]}`, line: (lines[at + 1] ?? "").trim() };
  }
  return null;
}
