// Packages the extension as build/tanaka-<version>.vsix from what .vscodeignore allows.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { version } = packageJson;
const init = readFileSync(join(root, "server/tanaka/__init__.py"), "utf8");
const ofServer = /__version__\s*(?::\s*\w+\s*)?=\s*"([^"]+)"/.exec(init)?.[1];
if (ofServer !== version) {
  console.error(`vsix: package.json says ${version}, server/tanaka/__init__.py says ${ofServer}; make them equal.`);
  process.exit(1);
}

const bundled = existsSync(join(root, "bundled")) ? readdirSync(join(root, "bundled")) : [];
const wheels = bundled.filter((name) => name.endsWith(".whl"));
if (wheels.length === 0) {
  console.log(
    "vsix: bundled/ has no server, so this package needs the setting tanaka.server.path (npm run bundle adds one).",
  );
} else if (wheels.length > 1 || !wheels[0].startsWith(`tanaka-${version}-`)) {
  console.error(`vsix: bundled/ holds ${wheels.join(", ")}, not the one wheel of ${version}; run npm run bundle.`);
  process.exit(1);
}

const out = join(root, "build", `tanaka-${version}.vsix`);
mkdirSync(dirname(out), { recursive: true });
rmSync(out, { force: true });
// vsce walks every file below the folder that it packs before it looks at the allow-list, and build/ and node_modules/
// hold tens of thousands: so what can be shipped at all is laid out in a folder of its own.
const stage = join(root, "build/vsix");
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
const SHIPPED = [
  ".vscodeignore",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "bundled",
  "client/dist",
  "client/media",
  "docs/pictures",
  "examples/stale-pipeline",
];
for (const name of SHIPPED.filter((each) => existsSync(join(root, each)))) {
  cpSync(join(root, name), join(stage, name), { recursive: true });
}
// What only this repository can run (scripts and what they need) is no part of an installed extension.
const { scripts: _scripts, devDependencies: _development, ...manifest } = packageJson;
writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
const vsce = join(root, "node_modules/@vscode/vsce/vsce");
const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
const done = spawnSync(process.execPath, [vsce, "package", ...flags, "--out", out], { cwd: stage, encoding: "utf8" });
if (done.status !== 0 || !existsSync(out)) {
  console.error(`${done.stdout}${done.stderr}`.trim());
  console.error("vsix: the package could not be made; the reason stands above.");
  process.exit(1);
}
console.log(`vsix: ${out.slice(root.length + 1)}`);
