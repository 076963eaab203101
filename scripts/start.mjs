// make start: the findings of a paper on the terminal, then the paper in VS Code with the extension installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { pageOf, startHost, whyNoHost, writeSettings } from "./host.mjs";
import { build, Failed, main, root } from "./step.mjs";

const TANAKA = join(build, "venv/bin/tanaka");
const SETTINGS = { "tanaka.server.path": TANAKA };

/** The program of that name on PATH. */
function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function make(...targets) {
  // make says what failed in lines of its own; the step before has said it better.
  const done = spawnSync("make", ["--silent", "--no-print-directory", ...targets], { cwd: root, stdio: "inherit" });
  if (done.status !== 0) {
    throw new Failed("VS Code was not started: the step above did not work.");
  }
}

/** The desktop VS Code, with folders of its own: the user's settings and extensions are not touched. */
function openDesktop(code, vsix, paper) {
  const profile = join(build, "vscode");
  const data = join(profile, "data");
  writeSettings(data, SETTINGS);
  const common = ["--user-data-dir", data, "--extensions-dir", join(profile, "extensions")];
  if (process.getuid?.() === 0) {
    common.push("--no-sandbox"); // VS Code refuses to run as root without it
  }
  for (const args of [
    ["--install-extension", vsix, "--force"],
    ["--new-window", dirname(paper), "--goto", paper],
  ]) {
    const done = spawnSync(code, [...common, ...args], { encoding: "utf8" });
    if (done.status !== 0) {
      const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.trim();
      throw new Failed(`${code} ${args[0]} failed:\n${said}\nWhat to do: see that "code --version" works here.`);
    }
  }
  console.log(`${paper} is open in VS Code; close its window when you are done.`);
}

/** Shows the page to whoever sits here; the address is printed in any case. */
function show(url) {
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = display ? onPath("xdg-open") : undefined;
  if (opener !== undefined) {
    spawnSync(opener, [url], { stdio: "ignore", timeout: 5000 });
  }
}

async function openInBrowser(vsix, paper) {
  let stop;
  const asked = new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => done(signal));
    }
  });
  const host = await startHost({ profile: join(build, "vscode-web"), vsix, settings: SETTINGS });
  stop = host.stop;
  try {
    const url = pageOf(host.base, dirname(paper), paper);
    console.log(`\nVS Code shows ${basename(paper)} at\n\n  ${url}\n\nCtrl-C here stops it.`);
    show(url);
    const why = await Promise.race([asked, host.exit]);
    if (!String(why).startsWith("SIG")) {
      throw new Failed(`VS Code ended by itself (${why}); its log is ${host.log}.`);
    }
    process.stdout.write("\nStopping VS Code ... ");
  } finally {
    await stop();
  }
  console.log("stopped.");
}

await main(async () => {
  const paper = resolve(root, process.argv[2] ?? "examples/stale-pipeline/main.tex");
  if (!existsSync(paper) || !statSync(paper).isFile()) {
    throw new Failed(`There is no file ${paper}. Name the paper's main file: make start PAPER=path/to/main.tex`);
  }
  console.log(`\n$ tanaka check --fail-on never ${paper}\n`);
  const check = spawnSync(TANAKA, ["check", "--fail-on", "never", paper], { stdio: "inherit" });
  if (check.status !== 0) {
    throw new Failed(`tanaka check could not read ${paper} (exit status ${check.status}); the reason stands above.`);
  }
  console.log("");
  make("build/stamps/vsix");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const vsix = join(build, `tanaka-${version}.vsix`);
  const code = onPath("code");
  // In the terminal of a VS Code that runs elsewhere, "code" speaks to that one and would install into the user's profile.
  const remote = process.env.VSCODE_IPC_HOOK_CLI !== undefined;
  if (code !== undefined && !remote) {
    openDesktop(code, vsix, paper);
    return;
  }
  const why = whyNoHost();
  if (why !== undefined) {
    throw new Failed(why);
  }
  make("build/stamps/host");
  await openInBrowser(vsix, paper);
});
