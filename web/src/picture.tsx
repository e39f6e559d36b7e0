/** Images that were kept with a run, drawn small. */
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { useSource } from "./source";

/** What is recorded in the place of an image. */
export interface Medium {
  type: string;
  digest: string;
  kept: true;
}

const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The id of the run that is shown; null where values of several are. */
const RunContext = createContext<string | null>(null);
export const OfRun = RunContext.Provider;

/** Whether a medium is an image that is kept and that every browser draws; only the server knows whether it is there. */
export function isDrawn(medium: unknown): medium is Medium {
  const { type, digest, kept } = (medium ?? {}) as Partial<Medium>;
  return kept === true && typeof digest === "string" && TYPES.includes(type ?? "");
}

/** A click shows it as large as it is; it is fetched once it comes into sight. */
export function Picture({ medium: { type, digest } }: { medium: Medium }) {
  const source = useSource();
  const run = useContext(RunContext);
  const [failed, setFailed] = useState(false);
  const address = run === null ? null : source.image(run, digest);
  if (address === null) return null;
  if (failed) return <span class="dim"> cannot be drawn</span>;
  return (
    <a class="picture" href={address} target="_blank" rel="noopener">
      <img src={address} alt={type} loading="lazy" decoding="async" onError={() => setFailed(true)} />
    </a>
  );
}
