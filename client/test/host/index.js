// What the extension does, asked of the editor's own API, inside its extension host. Started by client/test/e2e/host.mjs.
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const vscode = require("vscode");

const LIMIT_MS = 20_000;
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
const ours = (uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "tanaka");
const codeOf = (diagnostic) => (typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);

async function until(what, test, limit = LIMIT_MS) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await test();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${limit / 1000} s for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function show(file) {
  const document = await vscode.workspace.openTextDocument(uriOf(file));
  return vscode.window.showTextDocument(document);
}

/** The published finding that equals an expected one in code and range. */
const published = (each) =>
  ours(uriOf(each.file)).find((found) => codeOf(found) === each.code && found.range.isEqual(rangeOf(each)));

async function actionsFor(each) {
  await show(each.file);
  const diagnostic = await until(`the finding ${each.code} in ${each.file}`, () => published(each));
  return vscode.commands.executeCommand(
    "vscode.executeCodeActionProvider",
    uriOf(each.file),
    diagnostic.range,
    undefined,
    20,
  );
}

/** A read-only file system that holds these texts, each URI with a query as Overleaf's have. */
function inMemory(scheme, texts) {
  const changed = new vscode.EventEmitter();
  const isFolder = (path) => [...texts.keys()].some((file) => file.startsWith(`${path}/`));
  const missing = (uri) => vscode.FileSystemError.FileNotFound(uri);
  const readOnly = () => {
    throw vscode.FileSystemError.NoPermissions();
  };
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: (uri) => {
      if (!texts.has(uri.path) && !isFolder(uri.path)) {
        throw missing(uri);
      }
      const type = texts.has(uri.path) ? vscode.FileType.File : vscode.FileType.Directory;
      return { type, ctime: 0, mtime: 0, size: texts.get(uri.path)?.length ?? 0 };
    },
    readDirectory: (uri) => {
      const rests = [...texts.keys()].filter((file) => file.startsWith(`${uri.path}/`));
      const entries = rests.map((file) => file.slice(uri.path.length + 1).split("/"));
      return [
        ...new Map(
          entries.map(([name, below]) => [name, below ? vscode.FileType.Directory : vscode.FileType.File]),
        ).entries(),
      ];
    },
    readFile: (uri) => {
      const text = texts.get(uri.path);
      if (text === undefined) {
        throw missing(uri);
      }
      return new TextEncoder().encode(text);
    },
    createDirectory: readOnly,
    writeFile: readOnly,
    delete: readOnly,
    rename: readOnly,
  };
  const registration = vscode.workspace.registerFileSystemProvider(scheme, provider, { isReadonly: true });
  return { registration, uriOf: (path) => vscode.Uri.from({ scheme, authority: "host", path, query: "project=1" }) };
}

const TESTS = {
  async "the packaged extension is active"() {
    const extension = vscode.extensions.getExtension("tanaka.tanaka");
    assert.ok(extension, "not installed");
    await show("main.tex");
    await until("its activation", () => extension.isActive);
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
    const hovers = await vscode.commands.executeCommand(
      "vscode.executeHoverProvider",
      uriOf(peak.file),
      position(peak.from),
    );
    const text = hovers.flatMap(({ contents }) => contents.map((each) => each.value)).join("\n");
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
    const hovers = await until("a hover", async () => {
      const found = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, at);
      return found.length > 0 && found;
    });
    const text = hovers.flatMap(({ contents }) => contents.map((each) => each.value)).join("\n");
    assert.match(text, /412/);
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
    assert.match(document.lineAt(ratio.from.line).text, /1\.24/);
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

  async "a paper that is on no disk is read through the editor"() {
    const wrong = "The step time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n";
    const texts = new Map([
      [
        "/Paper/main.tex",
        "\\documentclass{article}\n\\begin{document}\n\\input{sec/a}\n\\input{sec/b}\n\\end{document}\n",
      ],
      ["/Paper/sec/a.tex", "Text.\n"],
      ["/Paper/sec/b.tex", wrong],
    ]);
    const { registration, uriOf: at } = inMemory("overleaf-workshop", texts);
    try {
      const document = await vscode.workspace.openTextDocument(at("/Paper/sec/a.tex"));
      await vscode.window.showTextDocument(document);
      const found = await until("the finding in the file beside it", () => ours(at("/Paper/sec/b.tex"))[0]);
      assert.equal(codeOf(found), "TK101");
      assert.equal(found.range.start.character, wrong.indexOf("$3.5"));
    } finally {
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      registration.dispose();
    }
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
  for (const [name, test] of Object.entries(TESTS)) {
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
