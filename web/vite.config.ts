// Two builds: the page that the server serves, and with `--mode standalone` one file with everything in it, for
// exports.
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const OUT = "../gradient/ui/static";
const OUT_STANDALONE = "../gradient/export/static";

/** Puts the script and the style of the build into `standalone.html`, where a run's data will be added by Python. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      let script = "";
      let style = "";
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "chunk") script += part.code;
        else if (name.endsWith(".css")) style += part.source;
        delete bundle[name];
      }
      const template = readFileSync("standalone.html", "utf-8");
      const source = template
        .replace("/*STYLE*/", () => style.replaceAll("</style", "<\\/style"))
        .replace("/*SCRIPT*/", () => script.replaceAll("</script", "<\\/script"));
      this.emitFile({ type: "asset", fileName: "standalone.html", source });
    },
  };
}

export default defineConfig(({ mode }) => {
  const standalone = mode === "standalone";
  return {
    base: "./",
    esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
    plugins: standalone ? [oneFile()] : [],
    publicDir: standalone ? false : "public",
    server: { proxy: { "/api": "http://127.0.0.1:4319" } },
    build: {
      outDir: standalone ? OUT_STANDALONE : OUT,
      emptyOutDir: true,
      target: "es2022",
      cssCodeSplit: false,
      modulePreload: { polyfill: false },
      reportCompressedSize: true,
      assetsInlineLimit: 0,
      rollupOptions: standalone
        ? { input: "src/standalone.tsx", output: { format: "iife", inlineDynamicImports: true } }
        : { input: "index.html" },
    },
  };
});
