// make test: Python, TypeScript and the editor, one after the other; each runs even if one before it failed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, root, seconds } from "./step.mjs";

/** The exit status of scripts/e2e.mjs when this machine cannot run a browser or an editor. */
const SKIPPED = 77;
const LAYERS = [
  ["Python", join(build, "venv/bin/python"), ["-m", "pytest", "-n", "auto", "--dist", "worksteal"]],
  ["TypeScript", "npm", ["run", "--silent", "test:unit"]],
  ["Editor", "node", ["scripts/e2e.mjs"]],
];

const lines = [];
let failed = false;
for (const [name, command, args] of LAYERS) {
  console.log(`\n--- ${name} tests`);
  const began = Date.now();
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  const skipped = name === "Editor" && status === SKIPPED;
  failed ||= status !== 0 && !skipped;
  const said = status === 0 ? "passed" : skipped ? "skipped, as said above" : `FAILED (${status ?? signal})`;
  lines.push(`${`${name} tests:`.padEnd(18)}${said} in ${seconds(began)}`);
}
console.log(`\n${lines.join("\n")}`);
process.exitCode = failed ? 1 : 0;
