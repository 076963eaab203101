// One step of set-up: says what it does and how long it took; on failure the end of its log and what to do about it.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const build = join(root, "build");
const TAIL = 15;
const TICK_MS = 1000;

/** A step that did not work; its message is the whole report, and no stack belongs under it. */
export class Failed extends Error {}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs a command with its output in build/logs/<log>.log.
 * `doing` is what the user reads meanwhile; `hint` is what to do when it fails, or a function of the log that says so.
 */
export async function step(doing, command, args, { log, hint, cwd = root, env = process.env }) {
  const file = join(build, "logs", `${log}.log`);
  mkdirSync(dirname(file), { recursive: true });
  const began = Date.now();
  const terminal = process.stdout.isTTY === true;
  process.stdout.write(`${doing} ... `);
  const tick = () => process.stdout.write(`\r${doing} ... ${Math.round((Date.now() - began) / 1000)} s`);
  const ticker = terminal ? setInterval(tick, TICK_MS) : undefined;
  const out = openSync(file, "w");
  let status;
  try {
    status = await new Promise((resolve) => {
      const child = spawn(command, args, { cwd, env, stdio: ["ignore", out, out] });
      child.on("error", (error) => resolve(`${command} cannot be run: ${error.message}`));
      child.on("exit", (code, signal) => resolve(code ?? `ended by ${signal}`));
    });
  } finally {
    clearInterval(ticker);
    closeSync(out);
  }
  if (status === 0) {
    process.stdout.write(terminal ? `\r${doing} ... ${seconds(began)}\n` : `${seconds(began)}\n`);
    return;
  }
  process.stdout.write("failed\n");
  const text = readFileSync(file, "utf8");
  const last = text.trimEnd().split("\n").slice(-TAIL);
  throw new Failed(
    [
      `${doing}: ${typeof status === "number" ? `exit status ${status}` : status}. The end of ${relative(root, file)}:`,
      ...last.map((line) => `    ${line}`),
      `What to do: ${typeof hint === "function" ? hint(text) : hint}`,
    ].join("\n"),
  );
}

/** Runs a script's main function; a failed step ends it with its report alone. */
export async function main(run) {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    console.error(error instanceof Failed ? error.message : error);
    process.exitCode = 1;
  }
}

export const REGISTRY =
  "see whether the package registry can be reached (a proxy? no network?), then run the same command again.";
