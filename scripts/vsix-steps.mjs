// Makes the extension's package: the server's wheel with its lock, the bundled TypeScript, and the two in one file.
import { join } from "node:path";
import { build, main, REGISTRY, step } from "./step.mjs";

await main(async () => {
  const python = join(build, "venv/bin/python");
  await step(
    "Packing the server (the first time its packages are looked up for each platform)",
    python,
    ["scripts/bundle.py"],
    {
      log: "bundle",
      hint: REGISTRY,
    },
  );
  await step("Building the extension", "npm", ["run", "--silent", "build"], {
    log: "extension",
    hint: "mend what the compiler names in client/.",
  });
  await step("Packing the extension", "node", ["scripts/vsix.mjs"], {
    log: "vsix",
    hint: "mend what the packer names in package.json, README.md or .vscodeignore.",
  });
});
