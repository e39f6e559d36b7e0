/** Which media are drawn. */
import { expect, test } from "vitest";
import { isDrawn } from "../src/picture";

const digest = `sha256:${"0".repeat(64)}`;

test.each(["image/png", "image/jpeg", "image/gif", "image/webp"])("what is kept of %s is drawn", (type) => {
  expect(isDrawn({ type, digest, kept: true, bytes: 9 })).toBe(true);
});

test.each([
  { type: "image/svg+xml", digest, kept: true },
  { type: "text/html", digest, kept: true },
  { type: "image/png", digest },
  { type: "image/png", digest, kept: "larger than max_medium_bytes" },
  { type: "image/png", kept: true },
  null,
  undefined,
  "image/png",
])("%j is not drawn", (medium) => {
  expect(isDrawn(medium)).toBe(false);
});
