// What the command line says of a paper: the measure for what the editor shows.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The findings of a paper as `tanaka check` gives them, with the text that each is about and its length in UTF-16. */
export function findings(tanaka, folder) {
  const args = ["check", "--fail-on", "never", "--output-format", "json", join(folder, "main.tex")];
  const done = spawnSync(tanaka, args, { encoding: "utf8" });
  if (done.status !== 0) {
    throw new Error(`tanaka check: exit status ${done.status}: ${done.stderr}`);
  }
  const lines = new Map();
  const linesOf = (file) => {
    if (!lines.has(file)) {
      lines.set(file, readFileSync(join(folder, file), "utf8").split("\n"));
    }
    return lines.get(file);
  };
  // Columns count code points from 1; an editor counts UTF-16 units from 0.
  const units = (file, at) => [...linesOf(file)[at.line - 1]].slice(0, at.column - 1).join("").length;
  const { findings: all, coverage } = JSON.parse(done.stdout);
  return {
    coverage,
    all: all.map((finding) => {
      const { file, start, end } = finding;
      const from = { line: start.line - 1, character: units(file, start) };
      const to = { line: end.line - 1, character: units(file, end) };
      const oneLine = start.line === end.line;
      const text = oneLine ? linesOf(file)[from.line].slice(from.character, to.character) : undefined;
      return { ...finding, from, to, text, lineText: linesOf(file)[from.line] };
    }),
  };
}

/** Where in a file of a paper some text stands, in lines and UTF-16 units from 0. */
export function placeOf(folder, file, text) {
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  const line = lines.findIndex((each) => each.includes(text));
  if (line < 0) {
    throw new Error(`${file} does not say ${text}`);
  }
  return { file, line, from: lines[line].indexOf(text), to: lines[line].indexOf(text) + text.length };
}

/** A line after the edits of a fix that all stand in that line. */
export function applied(line, fix) {
  const characters = [...line];
  for (const { start, end, new_text } of fix.edits.toReversed()) {
    characters.splice(start.column - 1, end.column - start.column, new_text);
  }
  return characters.join("");
}
