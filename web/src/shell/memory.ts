/**
 * What a browser keeps for the next visit. For a file on disk or a frame it may keep nothing: then it holds for
 * this page.
 */

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // See above.
  }
}
