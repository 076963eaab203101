// What the extension does, asked of the editor's own API, inside its extension host. Started by client/test/e2e/host.mjs.
const assert = require("node:assert/strict");
const { readFileSync, writeFileSync } = require("node:fs");
const vscode = require("vscode");
const { actions, codeOf, hoverText, ours, picture, show: open, until } = require("./desk.js");
const { INSERTIONS } = require("./insertions.js");
const { OVERLEAF } = require("./overleaf.js");

const SEVERITY = {
  impossible: vscode.DiagnosticSeverity.Error,
  implausible: vscode.DiagnosticSeverity.Warning,
  open: vscode.DiagnosticSeverity.Information,
};

const folder = () => vscode.workspace.workspaceFolders[0].uri;
const uriOf = (file) => vscode.Uri.joinPath(folder(), file);
const expected = () => JSON.parse(readFileSync(vscode.Uri.joinPath(folder(), "../expected.json").fsPath, "utf8")).all;
const finding = (code, file) => expected().find((each) => each.code === code && (!file || each.file === file));
const position = ({ line, character }) => new vscode.Position(line, character);
const rangeOf = (each) => new vscode.Range(position(each.from), position(each.to));

const show = (file) => open(uriOf(file));

/** The published finding that equals an expected one in code and range. */
const published = (each) =>
  ours(uriOf(each.file)).find((found) => codeOf(found) === each.code && found.range.isEqual(rangeOf(each)));

async function actionsFor(each) {
  await show(each.file);
  const diagnostic = await until(`the finding ${each.code} in ${each.file}`, () => published(each));
  return actions(uriOf(each.file), diagnostic.range);
}

const TESTS = {
  async "the packaged extension is active"() {
    const extension = vscode.extensions.getExtension("tanaka.tanaka");
    assert.ok(extension, "not installed");
    await show("main.tex");
    await until("its activation", () => extension.isActive);
    await extension.activate(); // which says why it failed, where it did
  },

  async "diagnostics are those of the command line, at the same ranges"() {
    await show("main.tex");
    const files = [...new Set(expected().map(({ file }) => file))];
    assert.ok(files.length >= 5);
    for (const file of files) {
      const wanted = expected().filter((each) => each.file === file);
      await until(`${wanted.length} findings in ${file}`, () => ours(uriOf(file)).length >= wanted.length);
      const row = (code, range, severity) =>
        `${code} ${range.start.line}:${range.start.character}-${range.end.line}:${range.end.character} ${severity}`;
      const found = ours(uriOf(file)).map((each) => row(codeOf(each), each.range, each.severity));
      assert.deepEqual(
        found.sort(),
        wanted.map((each) => row(each.code, rangeOf(each), SEVERITY[each.verdict])).sort(),
      );
    }
    for (const [uri, all] of vscode.languages.getDiagnostics()) {
      assert.ok(all.length === 0 || files.some((file) => uriOf(file).path === uri.path), `findings in ${uri}`);
    }
  },

  async "a hover shows the derivation and a drawn picture"() {
    const peak = finding("TK201");
    await show(peak.file);
    await until("the finding", () => published(peak));
    const text = await hoverText(uriOf(peak.file), position(peak.from));
    assert.match(text, /389/);
    assert.match(text, /312/);
    const [, picture] = /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/.exec(text) ?? [];
    assert.ok(picture, `no picture: ${text.slice(0, 400)}`);
    const svg = Buffer.from(picture, "base64").toString("utf8");
    assert.match(svg, /^\s*<svg[\s\S]*<\/svg>\s*$/);
    assert.ok(text.length < 95_000, `${text.length} characters: VS Code would cut it`);
  },

  async "a hover explains a number that is consistent"() {
    await show("sections/evaluation.tex");
    const document = await vscode.workspace.openTextDocument(uriOf("sections/evaluation.tex"));
    const at = document.positionAt(document.getText().indexOf("412\\,ms"));
    assert.match(await until("a hover", () => hoverText(document.uri, at)), /412/);
  },

  async "each section has a code lens for the stress test"() {
    const { document } = await show("sections/evaluation.tex");
    const lenses = await until("code lenses", async () => {
      const found = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", document.uri, 50);
      return found.some(({ command }) => command?.command === "tanaka.stressTest") && found;
    });
    const section = document
      .getText()
      .split("\n")
      .findIndex((line) => line.startsWith("\\section{Evaluation}"));
    const lens = lenses.find(({ range }) => range.start.line === section);
    assert.ok(lens, `no lens at line ${section + 1}`);
    assert.match(lens.command.title, /Stress-test this section/);
    assert.equal(lens.command.arguments[0].scope, "section");
  },

  async "the quick fix mends the number, and the finding goes and comes back with undo"() {
    const ratio = finding("TK101", "sections/evaluation.tex");
    const { document } = await show(ratio.file);
    const title = ratio.fixes.find(({ kind }) => kind === "quickfix").title;
    const actions = await actionsFor(ratio);
    const action = actions.find((each) => each.title === title);
    assert.ok(action?.edit, actions.map((each) => each.title).join("; "));
    assert.ok(
      action.kind.contains(vscode.CodeActionKind.QuickFix) || vscode.CodeActionKind.QuickFix.contains(action.kind),
    );
    await vscode.workspace.applyEdit(action.edit);
    assert.match(document.lineAt(ratio.from.line).text, /1\.2\\/);
    await until(
      "the finding to go",
      () => !ours(document.uri).some((each) => each.range.start.line === ratio.from.line),
    );
    await show(ratio.file);
    await vscode.commands.executeCommand("undo");
    await until("the finding to come back", () => published(ratio));
  },

  async "the ignore action adds a comment with a reason, and the finding goes"() {
    const drift = finding("TK102", "sections/evaluation.tex");
    const { document } = await show(drift.file);
    const actions = await actionsFor(drift);
    const ignore = actions.find((each) => each.title.startsWith(`Ignore ${drift.code}`));
    assert.ok(ignore?.edit, actions.map((each) => each.title).join("; "));
    assert.equal(actions.at(-1).title, ignore.title, "ignoring is the last thing offered");
    await vscode.workspace.applyEdit(ignore.edit);
    assert.match(document.getText(), new RegExp(`% tanaka: ignore ${drift.code} -- \\S+`));
    await until(
      "the finding to go",
      () => !ours(document.uri).some((each) => each.range.start.line === drift.from.line),
    );
    await show(drift.file);
    await vscode.commands.executeCommand("undo");
    await until("the finding to come back", () => published(drift));
  },

  async "the experiment is offered for the straggler question"() {
    const actions = await actionsFor(finding("TK501"));
    const insert = finding("TK501").fixes.find(({ kind }) => kind === "insert");
    const action = actions.find((each) => each.title === insert.title);
    assert.ok(action?.edit, actions.map((each) => each.title).join("; "));
    const texts = action.edit.entries().flatMap(([, edits]) => edits.map(({ newText }) => newText));
    assert.deepEqual(
      texts.map((text) => text.trim()),
      insert.edits.map((edit) => edit.new_text.trim()),
    );
  },

  async "the facts command gives what was read"() {
    const uri = uriOf("main.tex").toString();
    const facts = await vscode.commands.executeCommand("tanaka.facts", { uri });
    assert.equal(facts.schema, "tanaka.facts/1");
    assert.equal(facts.root, "main.tex");
    const step = facts.facts.find((fact) => fact.file === "sections/evaluation.tex" && fact.value === 2.62);
    assert.ok(step, "2.62 s was not read");
    assert.equal(step.unit, "s");
  },

  async "a file that a sync or a git pull writes is read again, open or not"() {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await show("main.tex");
    const each = finding("TK101", "sections/evaluation.tex");
    await until("the finding", () => published(each));
    const path = uriOf(each.file).fsPath;
    const before = readFileSync(path, "utf8");
    writeFileSync(path, before.replace("$1.5\\times$", "$1.2\\times$"));
    await until("the finding to go", () => !published(each));
    writeFileSync(path, before);
    await until("the finding to come back", () => published(each));
  },

  async "the delta is audited against the baseline that lies beside the paper"() {
    const delta = await vscode.commands.executeCommand("tanaka.delta", { uri: uriOf("main.tex").toString() });
    assert.equal(delta?.schema, "tanaka.delta/1");
    assert.equal(delta.baseline.file, "proposal_call.pdf");
    const kinds = new Set(delta.rows.map(({ kind }) => kind));
    assert.ok(kinds.has("shared") && kinds.has("added"), [...kinds].join());
    await show("main.tex");
    await vscode.commands.executeCommand("tanaka.auditDelta");
    await until("the panel", () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .some(({ input }) => input instanceof vscode.TabInputWebview && /tanaka\.review/.test(input.viewType)),
    );
    await picture("delta-dark");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  },

  async "the stress test opens the panel"() {
    await show("sections/evaluation.tex");
    await vscode.commands.executeCommand("tanaka.stressTestSection");
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await until("the panel", () =>
      tabs().some(({ input }) => input instanceof vscode.TabInputWebview && /tanaka\.review/.test(input.viewType)),
    );
  },
};

exports.run = async () => {
  let failed = 0;
  // A window without the folder of its workspace is opened again by client/test/e2e/host.mjs.
  await until("the folder", () => vscode.workspace.workspaceFolders?.length, 10_000);
  for (const [name, test] of Object.entries({ ...TESTS, ...OVERLEAF, ...INSERTIONS })) {
    const began = Date.now();
    try {
      await test();
      console.log(`ok   api: ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL api: ${name}\n     ${String(error.stack ?? error).replaceAll("\n", "\n     ")}`);
      if (name === Object.keys(TESTS)[1]) {
        break; // without findings each test below would only wait for its time limit
      }
    }
  }
  if (failed > 0) {
    throw new Error(`${failed} failed`);
  }
};
