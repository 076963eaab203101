// What the tests in the extension host share: waiting by condition, the findings of a document, edits by hand.
const vscode = require("vscode");

const LIMIT_MS = 20_000;

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

const ours = (uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "tanaka");
const codeOf = (diagnostic) => (typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);

async function show(uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  return vscode.window.showTextDocument(document);
}

async function hoverText(uri, at) {
  const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", uri, at);
  return hovers.flatMap(({ contents }) => contents.map((each) => each.value)).join("\n");
}

/** What the light bulb offers for a range, with the edits. */
function actions(uri, range, kind) {
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, range, kind, 40);
}

/** The words of a document that match. */
function words(document, text) {
  const at = document.getText().indexOf(text);
  if (at < 0) {
    throw new Error(`"${text}" is not in ${document.uri}`);
  }
  return new vscode.Range(document.positionAt(at), document.positionAt(at + text.length));
}

/** Asks for a picture of the page; client/test/e2e/host.mjs takes it. */
async function picture(name) {
  console.log(`PICTURE ${name}`);
  await new Promise((resolve) => setTimeout(resolve, 700)); // the page draws, and the picture is taken
}

/** Saves everything; a file that an edit has opened gets its editor, and so can be saved, a moment later. */
function saveAll() {
  const isDirty = () => vscode.workspace.textDocuments.some((document) => document.isDirty);
  return until("every file saved", async () => (await vscode.workspace.saveAll(false)) && !isDirty());
}

module.exports = { actions, codeOf, hoverText, ours, picture, saveAll, show, until, words };
