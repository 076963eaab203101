// A project that lives on Overleaf and on no disk, in the real editor: read, hovered, mended and shared, by its own file system alone.
const assert = require("node:assert/strict");
const { existsSync, readFileSync } = require("node:fs");
const vscode = require("vscode");
const { actions, codeOf, hoverText, ours, picture, saveAll, show, until, words } = require("./desk.js");
const { Project } = require("./project.js");

const MAIN = `\\documentclass{article}
\\title{Speculative Pipelines, Shared}
\\begin{document}
\\maketitle
\\section{Introduction}
We train with a synchronous pipeline, and replace the blocking all-reduce with a speculative update
that runs at most $S=4$ steps ahead and is rolled back when it was wrong.
\\section{Design}
Our design bounds the staleness of the weights by $S=4$, and keeps the speculative update of each step
in an undo log for the rollback.
\\input{sections/eval}
\\bibliographystyle{plain}
\\bibliography{refs}
\\end{document}
`;
const EVAL = `\\section{Evaluation}
On 64 GPUs the step time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.
`;
const REFS = `@article{adam,
  title  = {Adam: A Method for Stochastic Optimization},
  author = {Kingma, Diederik P. and Ba, Jimmy},
  year   = {2015},
}
`;

const disk = () => vscode.workspace.workspaceFolders[0].uri;
const decoy = () => vscode.Uri.joinPath(disk(), "../Stale Pipeline").fsPath;
/** What the server has opened or listed below the folder of the tests, one path a line. */
const filesRead = () => readFileSync(vscode.Uri.joinPath(disk(), "../files-read.log").fsPath, "utf8").split("\n");

let project;
let registered;

const main = () => project.uri("main.tex");
const evaluation = () => project.uri("sections/eval.tex");

async function foundInEval(code) {
  return until(`${code} in sections/eval.tex`, () => ours(evaluation()).find((each) => codeOf(each) === code));
}

const OVERLEAF = {
  async "overleaf: the project opens beside the others, and its squiggles stand in a file that is not open"() {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const example = vscode.Uri.joinPath(disk(), "proposal_call.pdf").fsPath;
    // Its name is a path of this disk, where a decoy lies: a server that took the URI for a path would read that.
    project = new Project(
      { server: "www.overleaf.com", name: decoy().slice(1), user: "5f2a", project: "64b1" },
      { "main.tex": MAIN, "sections/eval.tex": EVAL, "refs.bib": REFS, "baseline.pdf": readFileSync(example) },
    );
    registered = project.register();
    assert.ok(vscode.workspace.updateWorkspaceFolders(1, 0, { uri: project.root, name: "Overleaf" }));
    await until("the folder", () => vscode.workspace.workspaceFolders.length === 2);
    const { document } = await show(main());
    assert.equal(document.uri.query, project.root.query);
    const found = await foundInEval("TK101");
    const at = EVAL.split("\n")[1].indexOf("$3.5");
    assert.deepEqual([found.range.start.line, found.range.start.character], [1, at]);
    assert.ok(!vscode.workspace.textDocuments.some(({ uri }) => uri.path.endsWith("eval.tex")));
  },

  async "overleaf: a hover shows the derivation"() {
    const found = await foundInEval("TK101");
    const text = await hoverText(evaluation(), found.range.start);
    assert.match(text, /420 ms \/ 140 ms/);
  },

  async "overleaf: the baseline PDF is read through the editor, and the draft is held against it"() {
    const delta = await vscode.commands.executeCommand("tanaka.delta", { uri: main().toString() });
    assert.ok(delta, "there is no delta");
    assert.equal(project.reads.get("baseline.pdf"), 1);
    assert.ok(delta.rows.length > 0, JSON.stringify(delta));
    const places = delta.rows.flatMap((row) => [...row.draft, ...row.baseline]).map(({ at }) => at);
    for (const { uri } of places) {
      const { authority, query } = vscode.Uri.parse(uri, true);
      assert.deepEqual([authority, query], [project.root.authority, project.root.query], uri);
    }
    assert.ok(places.some(({ uri }) => vscode.Uri.parse(uri, true).path.endsWith("/baseline.pdf")));
  },

  async "overleaf: the quick fix works in the second file, and is saved to the project"() {
    const { document } = await show(evaluation());
    const found = await foundInEval("TK101");
    await picture("overleaf-dark");
    const fix = (await actions(document.uri, found.range)).find(({ title }) => title.startsWith("Write "));
    assert.ok(fix?.edit, "no quick fix");
    await vscode.workspace.applyEdit(fix.edit);
    await until("the finding to go", () => !ours(evaluation()).some((each) => codeOf(each) === "TK101"));
    assert.ok(await document.save());
    assert.equal(project.text("sections/eval.tex"), EVAL.replace("3.5", "3.0"));
  },

  async "overleaf: a twist goes into one file and the works that it cites into another, and both are saved there"() {
    const { document } = await show(main());
    const heading = words(document, "\\section{Design}");
    const twist = await until("a twist", async () => {
      const offered = await actions(document.uri, heading, vscode.CodeActionKind.Refactor.value);
      return offered.find(({ title, edit }) => title.startsWith("Suggest a twist: ") && edit?.size === 2);
    });
    assert.ok(await vscode.workspace.applyEdit(twist.edit));
    await saveAll();
    assert.match(project.text("main.tex"), /\\subsection\{/);
    assert.ok(project.text("refs.bib").startsWith(REFS.trimEnd()), "what was there stays");
    const [, key] = /\\cite\{([^},]+)/.exec(project.text("main.tex")) ?? [];
    assert.ok(key && project.text("refs.bib").includes(`{${key},`), `${key} has no entry`);
    project.coauthor("main.tex", MAIN);
    project.coauthor("refs.bib", REFS);
  },

  async "overleaf: a co-author's edit arrives, in a file that is open and in one that is not"() {
    project.coauthor("sections/eval.tex", EVAL.replace("3.5", "4.5"));
    const open = await foundInEval("TK101");
    assert.match(open.message, /4\.5/);
    await show(main());
    await vscode.commands.executeCommand("workbench.action.closeOtherEditors");
    project.coauthor("sections/eval.tex", EVAL.replace("3.5", "3.0"));
    await until("the finding to go", () => ours(evaluation()).length === 0);
    project.coauthor("sections/eval.tex", EVAL);
    await foundInEval("TK101");
  },

  async "overleaf: a baseline that a co-author replaces is read again, and one that is no PDF is one sentence"() {
    const uri = main().toString();
    const before = project.reads.get("baseline.pdf");
    const bytes = project.files.get("baseline.pdf");
    const delta = () => vscode.commands.executeCommand("tanaka.delta", { uri });
    project.coauthor("baseline.pdf", "This is no PDF.");
    await until("no delta", async () => (await delta()) === null);
    assert.ok(project.reads.get("baseline.pdf") > before);
    project.coauthor("baseline.pdf", bytes);
    await until("the delta", delta);
  },

  async "overleaf: every request kept the server and the ids of the project, and nothing was read from the disk"() {
    assert.deepEqual(project.strangers, []);
    assert.ok(existsSync(`${decoy()}/main.tex`), "there is no decoy");
    const read = filesRead();
    // The log works: the paper that is on the disk stands in it.
    assert.ok(read.includes(vscode.Uri.joinPath(disk(), "sections/design.tex").fsPath), read.join("\n"));
    assert.deepEqual(
      read.filter((path) => path.startsWith(decoy())),
      [],
    );
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    vscode.workspace.updateWorkspaceFolders(1, 1);
    registered.dispose();
  },
};

module.exports = { OVERLEAF };
