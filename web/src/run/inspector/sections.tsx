/** The sections of the details that requests and executions share. */
import type { ComponentChildren } from "preact";
import { count } from "../../format";
import { Messages } from "../../messages";
import { messagesIn } from "../../model";
import { href } from "../../route";
import { Text, Value } from "../../value";

/** A name and what it stands for, in a list of pairs. */
export const Pair = ({ name, look, children }: { name: string; look?: string; children: ComponentChildren }) => (
  <>
    <dt>{name}</dt>
    <dd class={look}>{children}</dd>
  </>
);

export function withoutMessages(inputs: unknown): Record<string, unknown> | null {
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) return null;
  const { messages: _, ...rest } = inputs as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : null;
}

export function Section({ title, value, depth = 2 }: { title: string; value: unknown; depth?: number }) {
  if (value == null) return null;
  const messages = messagesIn(value);
  const rest = messages === null ? null : withoutMessages(value);
  return (
    <section>
      <h3>{title}</h3>
      {messages === null ? <Value value={value} depth={depth} /> : <Messages messages={messages} />}
      {rest !== null && <Value value={rest} depth={1} />}
    </section>
  );
}

export function Documents({ value }: { value: unknown }) {
  const documents = Array.isArray(value) ? (value as Record<string, unknown>[]) : null;
  const isDocument = (one: unknown): boolean =>
    typeof one === "object" && one !== null && ("page_content" in one || "content" in one);
  if (documents === null || !documents.every(isDocument)) return <Section title="Documents" value={value} />;
  return (
    <section>
      <h3>
        Documents <span class="dim">{count(documents.length)}</span>
      </h3>
      {documents.map((document, at) => {
        const { page_content, content, score, ...rest } = document;
        return (
          <div class="message" key={at}>
            <div class="who">
              {at + 1}
              {score != null && <span class="dim">score {String(score)}</span>}
            </div>
            <Text text={String(page_content ?? content)} />
            <Value value={rest} depth={0} />
          </div>
        );
      })}
    </section>
  );
}

export function Links({ links }: { links: { request_id: string | null; relation: string }[] }) {
  const known = links.filter((link) => link.request_id);
  if (known.length === 0) return null;
  return (
    <section>
      <h3>Other runs</h3>
      {known.map((link) => (
        <div>
          {link.relation.replace("_", " ")}{" "}
          <a class="mono" href={href(["run", link.request_id!])}>
            {link.request_id!.slice(0, 8)}
          </a>
        </div>
      ))}
    </section>
  );
}

export const Metadata = ({ value }: { value: Record<string, unknown> }) =>
  Object.keys(value).length === 0 ? null : (
    <section>
      <h3>Metadata</h3>
      <Value value={value} depth={1} />
    </section>
  );
