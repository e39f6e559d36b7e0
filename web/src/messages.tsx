/** Chat messages as a conversation: a tool call with its result beside it. */
import type { Message, Part } from "./model";
import { Kind } from "./parts";
import { cutText, Text, Value } from "./value";

export function Messages({ messages, before = [] }: { messages: Message[]; before?: Message[] }) {
  const results = new Map<string, unknown>();
  const calls = new Set<string>();
  for (const message of [...before, ...messages]) {
    for (const part of message.parts) {
      if (part.type === "tool_call_response" && part.id) results.set(part.id, part.response);
    }
  }
  for (const message of messages)
    for (const part of message.parts) if (part.type === "tool_call" && part.id) calls.add(part.id);
  // A result that stands beside its call is not told again.
  const shown = messages.filter(
    (message) =>
      !message.parts.length ||
      !message.parts.every((part) => part.type === "tool_call_response" && calls.has(part.id ?? "")),
  );
  return (
    <>
      {shown.map((message, at) => (
        <One key={at} message={message} results={results} />
      ))}
    </>
  );
}

function One({ message, results }: { message: Message; results: Map<string, unknown> }) {
  const parts = message.parts.map((part, at) => <Piece key={at} part={part} results={results} />);
  const system = message.role === "system" || message.role === "developer";
  return (
    <div class={`message ${message.role}`}>
      <div class="who">
        {message.role}
        {message.name && <span class="dim">{message.name}</span>}
      </div>
      {system ? (
        <details>
          <summary>{head(message)}</summary>
          {parts}
        </details>
      ) : (
        parts
      )}
    </div>
  );
}

function head(message: Message): string {
  const text = message.parts.map((part) => said(part) ?? "").join(" ");
  return text.length > 90 ? `${text.slice(0, 90)}…` : text || "instructions";
}

const said = (part: Part): string | null => (typeof part.content === "string" ? part.content : cutText(part.content));

function Piece({ part, results }: { part: Part; results: Map<string, unknown> }) {
  if (part.type === "tool_call")
    return <Call part={part} result={results.get(part.id ?? "")} known={results.has(part.id ?? "")} />;
  if (part.type === "tool_call_response") return <Value value={part.response} />;
  if (part.type === "reasoning" || part.type === "thinking") {
    return (
      <details>
        <summary>reasoning</summary>
        <Value value={part.content} />
      </details>
    );
  }
  const text = said(part);
  if (text !== null && (part.type === "text" || part.type === undefined)) return <Text text={text} />;
  return <Value value={part} depth={1} />;
}

const Call = ({ part, result, known }: { part: Part; result: unknown; known: boolean }) => (
  <div class="call">
    <div class="of">
      <Kind kind="tool" />
      <b>{part.name ?? "tool"}</b>
      <span class="dim">call</span>
    </div>
    <div>
      <Value value={part.arguments ?? null} />
    </div>
    {known && (
      <div class="result">
        <span class="dim small">result</span>
        <Value value={result} />
      </div>
    )}
  </div>
);
