// Finds a Python and makes the server's private environment from the wheel that the extension carries. Knows nothing of the editor.
import { type ExecFileException, execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { CannotStart } from "./lifecycle";

export const MINIMUM: readonly [number, number] = [3, 11];

/** What a child process said; `code` is null when it could not be started. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type Run = (command: string, args: string[], env?: NodeJS.ProcessEnv) => Promise<Outcome>;

export interface Host {
  run: Run;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
}

/** Runs a program to its end; never rejects. */
export const runProgram: Run = (command, args, env) =>
  new Promise((resolve) => {
    const options = { env: env ?? process.env, windowsHide: true, maxBuffer: 16 * 1024 * 1024, timeout: 15 * 60_000 };
    const child = execFile(command, args, options, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    });
    child.stdin?.end();
  });

export const thisHost: Host = { run: runProgram, platform: process.platform, env: process.env };

export interface Python {
  /** How to call it: a program and its first arguments. */
  command: string[];
  version: string;
}

/** Ways to call Python, best first: the one selected in the editor, then the newest names on PATH. */
export function candidates(selected: string | undefined, platform: NodeJS.Platform): string[][] {
  const names = platform === "win32" ? [["py", "-3"], ["python"], ["python3"]] : [];
  const versioned = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"].map((name) => [name]);
  return [...(selected === undefined ? [] : [[selected]]), ...(platform === "win32" ? names : versioned)];
}

const PROBE = "import sys; print('%d.%d.%d' % sys.version_info[:3])";

/** Whether a version such as "3.12.1" is one the server runs on. */
export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** The first Python that is recent enough; throws CannotStart with what was found instead. */
export async function findPython(selected: string | undefined, host: Host = thisHost): Promise<Python> {
  const tooOld: string[] = [];
  for (const command of candidates(selected, host.platform)) {
    const [program = "", ...args] = command;
    const outcome = await host.run(program, [...args, "-I", "-c", PROBE]);
    const version = outcome.stdout.trim();
    if (outcome.code !== 0 || !/^\d+\.\d+\.\d+$/.test(version)) {
      continue;
    }
    if (isRecentEnough(version)) {
      return { command, version };
    }
    tooOld.push(`${command.join(" ")} is ${version}`);
  }
  const found = tooOld.length > 0 ? ` (${tooOld.join(", ")})` : "";
  throw new CannotStart(
    `Tanaka needs Python ${MINIMUM.join(".")} or newer and found none${found}. ` +
      "Install one, or name a tanaka executable in the setting tanaka.server.path.",
  );
}

/** The files that the extension carries for its server. */
export interface Bundle {
  wheel: string;
  lock: string;
  /** Names the content of both; an environment with another name is out of date. */
  digest: string;
}

export async function findBundle(folder: string): Promise<Bundle> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const wheels = names.filter((name) => /^tanaka-.*\.whl$/.test(name));
  const [wheel] = wheels;
  if (wheel === undefined || wheels.length > 1 || !names.includes("requirements.lock")) {
    throw new CannotStart(
      "This build of the extension carries no server. Name a tanaka executable in the setting tanaka.server.path.",
    );
  }
  const lock = join(folder, "requirements.lock");
  const hash = createHash("sha256");
  hash.update(await readFile(join(folder, wheel)));
  hash.update(await readFile(lock));
  return { wheel: join(folder, wheel), lock, digest: hash.digest("hex").slice(0, 12) };
}

/** Where a program of an environment lies. */
export function programOf(environment: string, name: string, platform: NodeJS.Platform): string {
  return platform === "win32" ? join(environment, "Scripts", `${name}.exe`) : join(environment, "bin", name);
}

const COMPLETE = ".complete";

/** The `tanaka` of a finished private environment for this bundle, or undefined. */
export async function existingEnvironment(
  storage: string,
  bundle: Bundle,
  host: Host = thisHost,
): Promise<string | undefined> {
  const environment = join(storage, `env-${bundle.digest}`);
  const program = programOf(environment, "tanaka", host.platform);
  if (!(await exists(join(environment, COMPLETE))) || !(await isProgram(program))) {
    return undefined;
  }
  // The Python it was made from may have been removed or upgraded since.
  const outcome = await host.run(programOf(environment, "python", host.platform), ["-I", "-c", PROBE]);
  return outcome.code === 0 ? program : undefined;
}

/** Makes the private environment, says each step, removes older ones, and returns its `tanaka`. */
export async function makeEnvironment(
  storage: string,
  bundle: Bundle,
  python: Python,
  report: (step: string) => void,
  host: Host = thisHost,
): Promise<string> {
  const environment = join(storage, `env-${bundle.digest}`);
  await mkdir(storage, { recursive: true });
  await rm(environment, { recursive: true, force: true });
  try {
    report(`making an environment with Python ${python.version}`);
    const [program = "", ...first] = python.command;
    const made = await host.run(program, [...first, "-I", "-m", "venv", environment], cleanEnv(host.env));
    if (made.code !== 0) {
      throw new CannotStart(venvTrouble(made, python));
    }
    const pip = ["-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"];
    const inside = programOf(environment, "python", host.platform);
    const hashed = (await readFile(bundle.lock, "utf8")).includes("--hash=");
    report("installing what the server needs");
    const dependencies = await host.run(
      inside,
      [...pip, ...(hashed ? ["--require-hashes"] : []), "--only-binary", ":all:", "-r", bundle.lock],
      cleanEnv(host.env),
    );
    if (dependencies.code !== 0) {
      throw new CannotStart(`Tanaka could not install what its server needs: ${lastLine(dependencies)}`);
    }
    report("installing the server");
    const server = await host.run(inside, [...pip, "--no-deps", "--no-index", bundle.wheel], cleanEnv(host.env));
    if (server.code !== 0) {
      throw new CannotStart(`Tanaka could not install its server: ${lastLine(server)}`);
    }
    await writeFile(join(environment, COMPLETE), python.version);
  } catch (error) {
    await rm(environment, { recursive: true, force: true });
    throw error;
  }
  for (const name of await readdir(storage)) {
    if (name.startsWith("env-") && join(storage, name) !== environment) {
      // Another window may still run the old server; its files then stay until the next time.
      await rm(join(storage, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
  return programOf(environment, "tanaka", host.platform);
}

/** The `tanaka` of the selected Python environment, else the first on PATH. */
export async function findInstalled(selected: string | undefined, host: Host = thisHost): Promise<string> {
  const name = host.platform === "win32" ? "tanaka.exe" : "tanaka";
  const folders = [
    ...(selected === undefined || !isAbsolute(selected) ? [] : [join(selected, "..")]),
    ...(host.env.PATH ?? host.env.Path ?? "").split(delimiter).filter((folder) => folder !== ""),
  ];
  for (const folder of folders) {
    if (await isProgram(join(folder, name))) {
      return join(folder, name);
    }
  }
  throw new CannotStart(
    "The setting tanaka.importStrategy is fromEnvironment, but neither the selected Python environment nor PATH has a tanaka. " +
      "Install it there, or name the executable in the setting tanaka.server.path.",
  );
}

/** The executable that the setting names; throws CannotStart where it is none. */
export async function namedServer(path: string, host: Host = thisHost): Promise<string> {
  if (!isAbsolute(path)) {
    if (!/[\\/]/.test(path)) {
      for (const folder of (host.env.PATH ?? host.env.Path ?? "").split(delimiter)) {
        if (folder !== "" && (await isProgram(join(folder, path)))) {
          return join(folder, path);
        }
      }
    }
    throw new CannotStart(`The setting tanaka.server.path is ${path}, which is neither a full path nor on PATH.`);
  }
  if (!(await isProgram(path))) {
    throw new CannotStart(`The setting tanaka.server.path names ${path}, which is not a program that can be run.`);
  }
  return path;
}

/** What could make Python load other code than its own, or pip install to another place; proxies and indexes stay. */
const MISLEADING = new Set([
  "PYTHONPATH",
  "PYTHONHOME",
  "PYTHONSTARTUP",
  "PYTHONEXECUTABLE",
  "__PYVENV_LAUNCHER__",
  "VIRTUAL_ENV",
  "PIP_USER",
  "PIP_TARGET",
  "PIP_PREFIX",
  "PIP_ROOT",
]);

/** The environment without what could mislead Python or pip. */
export function cleanEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Names are compared without case, as Windows does; no other system gives these another meaning in lower case.
  const kept = Object.entries(env).filter(([name]) => !MISLEADING.has(name.toUpperCase()));
  return { ...Object.fromEntries(kept), PYTHONUTF8: "1" };
}

function venvTrouble(outcome: Outcome, python: Python): string {
  const said = `${outcome.stdout}\n${outcome.stderr}`;
  if (/ensurepip|No module named '?venv/.test(said)) {
    const [major, minor] = python.version.split(".");
    return (
      `Python ${python.version} cannot make environments here: its venv module is missing. ` +
      `On Debian and Ubuntu, install python${major}.${minor}-venv; or name a tanaka executable in the setting tanaka.server.path.`
    );
  }
  return `Tanaka could not make a Python environment: ${lastLine(outcome)}`;
}

function lastLine(outcome: Outcome): string {
  const lines = `${outcome.stdout}\n${outcome.stderr}`.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").at(-1) ?? "no reason given";
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK); // which a folder passes as well
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
