// make check: style, types, layers and docs; every check runs, and those that fail are shown.
import { join } from "node:path";
import { build, Failed, main, step } from "./step.mjs";

const bin = (name) => join(build, "venv/bin", name);

const CHECKS = [
  ["Python style (ruff check)", bin("ruff"), ["check", "."], "mend the lines named; ruff check --fix mends some."],
  ["Python format (ruff format)", bin("ruff"), ["format", "--check", "."], "build/venv/bin/ruff format ."],
  ["Python types (mypy)", bin("mypy"), [], "mend the types named."],
  [
    "Layers (import-linter)",
    bin("lint-imports"),
    [],
    "an import points the wrong way; ARCHITECTURE.md says which way is right.",
  ],
  ["TypeScript types (tsc)", "npm", ["run", "--silent", "typecheck"], "mend the types named."],
  [
    "TypeScript style (biome)",
    "npm",
    ["run", "--silent", "lint"],
    "npx biome check --write client scripts mends some.",
  ],
  ["Docs up to date", bin("python"), ["scripts/docs.py", "--check"], "make docs, and commit what it writes."],
];

await main(async () => {
  const failures = [];
  for (const [doing, command, args, hint] of CHECKS) {
    const log = `check-${doing.replaceAll(/\W+/g, "-").toLowerCase()}`;
    try {
      await step(doing, command, args, { log, hint });
    } catch (error) {
      if (!(error instanceof Failed)) {
        throw error;
      }
      failures.push(error.message);
    }
  }
  if (failures.length > 0) {
    throw new Failed(`\n${failures.join("\n\n")}\n\n${failures.length} of the checks failed.`);
  }
  console.log("All checks passed.");
});
