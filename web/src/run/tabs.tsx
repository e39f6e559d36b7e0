/** The views of a run, and what is shown in its timeline. */
import { amend } from "../route";
import type { Tree } from "../tree";
import { type Look, TABS, type Tab } from "./look";

export const TITLES: Record<Tab, string> = {
  timeline: "Timeline",
  flame: "Flame",
  graph: "Graph",
  chat: "Chat",
  state: "State",
  events: "Events",
  raw: "Raw",
};

export const showTab = (tab: Tab) => amend({ view: tab === "timeline" ? null : tab }, false);
export const showErrors = (only: boolean) => amend({ only: only ? "error" : null });

export const Tabs = ({ view }: { view: Tab }) => (
  <div role="tablist" aria-label="Views of the run">
    {TABS.map((tab) => (
      <button
        key={tab}
        type="button"
        role="tab"
        id={`tab-${tab}`}
        aria-controls="view"
        aria-selected={tab === view}
        onClick={() => showTab(tab)}
      >
        {TITLES[tab]}
      </button>
    ))}
  </div>
);

interface ToolsProps {
  tree: Tree;
  look: Look;
  failed: boolean;
  critical: boolean;
  setCritical: (shown: boolean) => void;
}

export const Tools = ({ tree, look, failed, critical, setCritical }: ToolsProps) => (
  <div class="tools">
    {look.focus >= 0 && (
      <button type="button" class="button on" onClick={() => amend({ focus: null })}>
        Only {tree.name(look.focus)} ×
      </button>
    )}
    {look.time && (
      <button type="button" class="button" onClick={() => amend({ t: null })}>
        Whole time
      </button>
    )}
    <button
      type="button"
      class="button plain"
      aria-pressed={critical}
      title="What the run had to wait for (c)"
      onClick={() => setCritical(!critical)}
    >
      Critical path
    </button>
    {failed && (
      <button
        type="button"
        class="button plain"
        aria-pressed={look.onlyErrors}
        title="e"
        onClick={() => showErrors(!look.onlyErrors)}
      >
        Only errors
      </button>
    )}
    <input
      class="field"
      type="search"
      placeholder="Find by name, kind, model"
      aria-label="Find executions"
      value={look.find}
      onInput={(event) => amend({ find: event.currentTarget.value || null })}
    />
  </div>
);
