// Which baseline an author is offered, and that the choice is kept for that paper alone.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Baselines, candidates } from "../../src/baseline";
import { editor, Memento, reset, Uri } from "./vscode";

const QUERY = "?user%3D1";
const BASE = "overleaf-workshop://host/Paper";
const uriOf = (path: string) => Uri.parse(`${BASE}/${path}${QUERY}`);
const root = uriOf("main.tex") as never;
const names = async () => (await candidates(root)).map(({ path }) => path.slice("/Paper/".length));

let baselines: Baselines;

beforeEach(() => {
  reset();
  baselines = new Baselines(new Memento() as never);
  for (const path of ["main.tex", "main.pdf", "call.pdf", "old/main.tex", "old/sec/a.tex", "notes/todo.txt"]) {
    editor.texts.set(uriOf(path).toString(), new Uint8Array(1));
  }
});

describe("what is offered as a baseline", () => {
  it("is each PDF and each folder with a paper beside the root, but not the paper's own PDF", async () => {
    assert.deepEqual(await names(), ["call.pdf", "old"]);
  });

  it("has the URI of the paper's own file system, with its query", async () => {
    assert.deepEqual(
      (await candidates(root)).map((uri) => uri.toString()),
      [uriOf("call.pdf"), uriOf("old")].map((uri) => uri.toString()),
    );
  });

  it("is not a figure, nor what a build has left", async () => {
    for (const path of ["figures/loss.pdf", "build/main.pdf", ".git/x.pdf"]) {
      editor.texts.set(uriOf(path).toString(), new Uint8Array(1));
    }
    assert.deepEqual(await names(), ["call.pdf", "old"]);
  });

  it("is nothing where the folder cannot be read", async () => {
    assert.deepEqual(await candidates(Uri.parse("vsls://host/none/main.tex") as never), []);
  });
});

describe("asking for a baseline", () => {
  const labels = () => editor.lists.at(-1)?.map(({ label }) => label);

  it("gives what was picked, and nothing where the list was closed", async () => {
    editor.picked = "call.pdf";
    assert.equal(String(await baselines.ask(root)), uriOf("call.pdf").toString());
    editor.picked = undefined;
    assert.equal(await baselines.ask(root), undefined);
  });

  it("lets one browse for a file or a folder", async () => {
    editor.browsed = [Uri.file("/elsewhere/old.pdf")];
    editor.picked = "Browse for a PDF or a LaTeX file...";
    assert.equal((await baselines.ask(root))?.path, "/elsewhere/old.pdf");
    assert.deepEqual(editor.dialogues[0]?.filters, { "A paper": ["pdf", "tex", "ltx"] });
    editor.picked = "Browse for a folder with LaTeX in it...";
    await baselines.ask(root);
    assert.equal(editor.dialogues[1]?.canSelectFolders, true);
    editor.browsed = undefined;
    assert.equal(await baselines.ask(root), undefined);
  });

  it("offers to take a choice back only where there is one", async () => {
    await baselines.ask(root);
    const back = "What tanaka.toml names, or what lies beside the paper";
    assert.ok(!labels()?.includes(back));
    await baselines.remember(root, uriOf("call.pdf") as never);
    editor.picked = back;
    assert.equal(await baselines.ask(root), null);
    const marked = editor.lists.at(-1)?.filter(({ description }) => description === "chosen now");
    assert.deepEqual(
      marked?.map(({ label }) => label),
      ["call.pdf"],
    );
  });
});

describe("a choice", () => {
  it("is kept by the URI of its root, beside those of other papers, until it is taken back", async () => {
    const other = Uri.file("/other/main.tex") as never;
    await baselines.remember(root, uriOf("call.pdf") as never);
    await baselines.remember(other, Uri.file("/other/old.pdf") as never);
    assert.deepEqual(baselines.remembered(), {
      [uriOf("main.tex").toString()]: uriOf("call.pdf").toString(),
      "file:///other/main.tex": "file:///other/old.pdf",
    });
    await baselines.remember(root, null);
    assert.deepEqual(Object.keys(baselines.remembered()), ["file:///other/main.tex"]);
  });
});
