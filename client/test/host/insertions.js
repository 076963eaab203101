// What the light bulb adds, in the real editor: a twist and the work that it cites, saved, and the paper compiles with its bibliography.
const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { cpSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const vscode = require("vscode");
const { actions, codeOf, ours, saveAll, show, until, words } = require("./desk.js");

const folder = () => vscode.workspace.workspaceFolders[0].uri;
const uriOf = (file) => vscode.Uri.joinPath(folder(), file);
const textOf = (file) => readFileSync(uriOf(file).fsPath, "utf8");
const keysOf = (bib) => [...bib.matchAll(/^\s*@\w+\s*\{\s*([^,\s]+)/gm)].map(([, key]) => key);

/** Runs TeX and BibTeX in a copy of the paper; gives the end of the log and the text of the bibliography. */
function compile() {
  const copy = mkdtempSync(join(tmpdir(), "tanaka-tex-"));
  try {
    cpSync(folder().fsPath, copy, { recursive: true });
    const run = (program, ...args) => {
      const done = spawnSync(program, args, { cwd: copy, encoding: "utf8" });
      assert.equal(done.status, 0, `${program}: ${done.error ?? ""}${done.stdout?.slice(-2000)}`);
    };
    const latex = () => run("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex");
    latex();
    run("bibtex", "main");
    latex();
    latex();
    return { log: readFileSync(join(copy, "main.log"), "utf8"), bbl: readFileSync(join(copy, "main.bbl"), "utf8") };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const INSERTIONS = {
  async "a twist and a citation are inserted from the editor, saved, and the paper compiles with its bibliography"() {
    const before = keysOf(textOf("refs.bib"));
    const design = textOf("sections/design.tex");
    const { document } = await show(uriOf("sections/design.tex"));
    const heading = words(document, "\\section{Design}");
    const title = "Suggest a twist: adaptive compression coupled to staleness";
    const twist = await until("the twist", async () => {
      const offered = await actions(document.uri, heading, vscode.CodeActionKind.Refactor.value);
      return offered.find((each) => each.title === title);
    });
    assert.ok(vscode.CodeActionKind.Refactor.contains(twist.kind));
    assert.ok(twist.edit, "its edit was not resolved");
    assert.ok(await vscode.workspace.applyEdit(twist.edit, { isRefactoring: true }));

    const citing = async () => {
      for (const { range } of ours(document.uri).filter((each) => codeOf(each).startsWith("TK80"))) {
        const offered = await actions(document.uri, range, vscode.CodeActionKind.QuickFix.value);
        const found = offered.find((each) => each.title.startsWith("Cite "));
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    };
    const cite = await until("a work that is not cited", citing);
    assert.ok(cite.edit, "its edit was not resolved");
    assert.ok(await vscode.workspace.applyEdit(cite.edit));
    await until("the work to be cited", async () => (await citing())?.title !== cite.title);
    await saveAll();

    const added = keysOf(textOf("refs.bib")).filter((key) => !before.includes(key));
    assert.ok(added.length >= 2, `entries were added: ${added}`);
    assert.match(textOf("sections/design.tex").slice(0), /\\subsection\{Adaptive compression/);
    assert.notEqual(textOf("sections/design.tex"), design);
    const { log, bbl } = compile();
    assert.doesNotMatch(log, /undefined (citations|references)|Citation .* undefined/i);
    for (const key of added) {
      assert.ok(bbl.includes(`{${key}}`), `${key} is not in the bibliography`);
    }
  },
};

module.exports = { INSERTIONS };
