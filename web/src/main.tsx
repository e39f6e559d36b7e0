import { render } from "preact";
import { App } from "./app";
import { Server, SourceProvider } from "./source";
import "./styles.css";
import "./vocabulary.css";

render(
  <SourceProvider value={new Server()}>
    <App />
  </SourceProvider>,
  document.getElementById("page")!,
);
