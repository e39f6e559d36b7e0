/** Keeps a fault in one part of the page inside that part. */
import { Component, type ComponentChildren } from "preact";

interface Props {
  /** What is drawn inside, as the message names it: "the graph". */
  what: string;
  /** When this changes, the part is drawn anew: what failed for one run may work for the next. */
  of?: unknown;
  children: ComponentChildren;
}

interface State {
  error: unknown;
  of: unknown;
}

export class Part extends Component<Props, State> {
  state: State = { error: null, of: this.props.of };

  static getDerivedStateFromProps(props: Props, state: State): State | null {
    return props.of === state.of ? null : { error: null, of: props.of };
  }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error ?? new Error("unknown") };
  }

  componentDidCatch(error: unknown): void {
    console.error(error);
  }

  render({ what, children }: Props, { error }: State) {
    if (error === null) return children;
    return (
      <div class="state broken" role="alert">
        <h2>Cannot draw {what}</h2>
        <pre>{String(error)}</pre>
        <p class="dim">This is a fault of the page; its other parts still work.</p>
        <button type="button" class="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </div>
    );
  }
}
