// Where the repository is, seen from a bundled test in build/client-tests.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** The text of a file of the repository. */
export function textOf(path: string): string {
  return readFileSync(resolve(root, path), "utf8");
}
