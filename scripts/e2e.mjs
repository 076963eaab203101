// The tests in a real editor: a VS Code with a fresh profile and the packaged extension, a browser without a window, the example paper.
// --pictures takes the README's pictures instead; --possible only says by its exit status whether this machine can run them.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchBrowser, whyNoBrowser } from "./browser.mjs";
import { CLEAN, startHost, whyNoHost } from "./host.mjs";
import { build, Failed, main, root, seconds } from "./step.mjs";

const SKIPPED = 77;
const HOME = join(build, "e2e");
export const SCREENSHOTS = join(build, "screenshots");

function fresh(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A copy of the example that a test may change. */
function copyPaper(name) {
  const to = fresh(join(HOME, name));
  cpSync(join(root, "examples/stale-pipeline"), to, { recursive: true });
  return to;
}

/** The server that the tests in the editor run: the one of the checkout, which notes the files that it opens. */
function watchedServer() {
  const program = join(HOME, "tanaka-server");
  const source = readFileSync(join(root, "client/test/e2e/watched_server.py"), "utf8");
  writeFileSync(program, `#!${join(build, "venv/bin/python")}\n${source}`, { mode: 0o755 });
  rmSync(join(HOME, "files-read.log"), { force: true });
  return program;
}

const why = whyNoHost() ?? whyNoBrowser();
if (process.argv.includes("--possible")) {
  process.exit(why === undefined ? 0 : 1);
}
if (why !== undefined) {
  const required = process.env.CI === "true";
  console.log(`Tests in the editor ${required ? "cannot run" : "skipped"}: ${why}`);
  process.exit(required ? 1 : SKIPPED);
}

await main(async () => {
  const began = Date.now();
  const pictures = process.argv.includes("--pictures");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const vsix = join(build, `tanaka-${version}.vsix`);
  const tanaka = join(build, "venv/bin/tanaka");
  for (const [file, target] of [
    [vsix, "vsix"],
    [tanaka, "build/stamps/python"],
  ]) {
    if (!existsSync(file)) {
      throw new Failed(`${file} is not there. What to do: make ${target}`);
    }
  }
  const profile = fresh(join(HOME, "profile"));
  const server = watchedServer();
  const settings = {
    ...CLEAN,
    "tanaka.server.path": server,
    "workbench.colorTheme": "Dark Modern",
    "editor.hover.delay": 100,
    "files.simpleDialog.enable": true,
  };
  const stops = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) {
      await stop();
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => void stopAll().finally(() => process.exit(1)));
  }
  try {
    const host = await startHost({ profile, vsix, settings, forTests: true });
    stops.push(host.stop);
    const browser = await launchBrowser();
    stops.push(() => browser.close());
    console.log(`VS Code at ${host.base}, browser ${browser.version()}, both up after ${seconds(began)}`);
    const session = { host, browser, tanaka, screenshots: SCREENSHOTS, copyPaper, root };
    if (pictures) {
      const { takePictures } = await import("../client/test/e2e/pictures.mjs");
      await takePictures(session);
      return 0;
    }
    const wanted = process.argv.slice(2);
    const failures = [];
    for (const layer of ["ui", "physics", "host"]) {
      if (wanted.length > 0 && !wanted.includes(layer)) {
        continue;
      }
      const { run } = await import(`../client/test/e2e/${layer}.mjs`);
      failures.push(...(await run(session)));
    }
    console.log(failures.length === 0 ? "" : `\n${failures.length} failed: ${failures.join("; ")}`);
    console.log(`Pictures of what was seen: ${SCREENSHOTS}`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stopAll();
  }
});
