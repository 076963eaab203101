// Bundles the extension and the panel's script and sheet into client/dist; with --tests, the unit tests into build/client-tests.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const common = { bundle: true, logLevel: "warning", absWorkingDir: dirname(here), legalComments: "none" };

if (process.argv.includes("--tests")) {
  const tests = join(here, "test/unit");
  const out = join(here, "../build/client-tests");
  rmSync(out, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: readdirSync(tests)
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join(tests, name)),
    outdir: out,
    outExtension: { ".js": ".cjs" },
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    // The tests run without an editor and a server: what stands in for them lies beside the tests.
    alias: { vscode: join(tests, "vscode.ts"), "vscode-languageclient/node": join(tests, "languageclient.ts") },
    external: ["linkedom"],
  });
} else {
  await Promise.all([
    build({
      ...common,
      entryPoints: [join(here, "src/extension.ts")],
      outfile: join(here, "dist/extension.js"),
      platform: "node",
      format: "cjs",
      target: "node20",
      external: ["vscode"],
      minify: true,
    }),
    build({
      ...common,
      entryPoints: [join(here, "webview/review.ts"), join(here, "webview/review.css")],
      outdir: join(here, "dist"),
      platform: "browser",
      format: "iife",
      target: ["chrome120"],
      minify: true,
    }),
  ]);
}
