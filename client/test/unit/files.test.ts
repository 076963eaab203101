// What the server may ask the editor for: LaTeX files of schemes that are on no disk, and nothing else.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { listFiles, readFile } from "../../src/files";
import { editor, reset, Uri } from "./vscode";

const BASE = "overleaf-workshop://host/Paper";
const QUERY = "user=1&project=2";
const uriOf = (path: string, scheme = BASE) => Uri.parse(`${scheme}/${path}?${encodeURIComponent(QUERY)}`).toString();
const put = (uri: string, text: string) => editor.texts.set(uri, new TextEncoder().encode(text));

beforeEach(reset);

describe("reading a file for the server", () => {
  it("gives its text", async () => {
    put(uriOf("main.tex"), "Übung");
    assert.deepEqual(await readFile({ uri: uriOf("main.tex") }), { text: "Übung" });
  });

  it("gives null for what is not there, is no text, or is too large", async () => {
    put(uriOf("figure.tex"), "%PDF\0");
    editor.texts.set(uriOf("large.tex"), new Uint8Array(8_000_001).fill(97));
    for (const name of ["none.tex", "figure.tex", "large.tex"]) {
      assert.deepEqual(await readFile({ uri: uriOf(name) }), { text: null }, name);
    }
  });

  it("gives the bytes of a PDF in base64 where they are wanted", async () => {
    const bytes = Uint8Array.from([37, 80, 68, 70, 0, 255]);
    editor.texts.set(uriOf("old.pdf"), bytes);
    const { text } = await readFile({ uri: uriOf("old.pdf"), encoding: "base64" });
    assert.deepEqual(new Uint8Array(Buffer.from(text ?? "", "base64")), bytes);
    assert.deepEqual(await readFile({ uri: uriOf("none.pdf"), encoding: "base64" }), { text: null });
  });

  it("says of a PDF that is too large how large it is, and does not fetch it", async () => {
    editor.texts.set(uriOf("old.pdf"), new Uint8Array(1));
    editor.sizes.set(uriOf("old.pdf"), 80_000_000);
    assert.deepEqual(await readFile({ uri: uriOf("old.pdf"), encoding: "base64" }), {
      text: null,
      problem: "old.pdf has 80 MB, and 50 MB is the most that is read.",
    });
  });

  it("never reads the disk, nor a scheme that holds no papers", async () => {
    for (const uri of ["file:///home/me/secret.tex", "git:///paper/main.tex", "http://host/main.tex"]) {
      put(Uri.parse(uri).toString(), "secret");
      assert.deepEqual(await readFile({ uri }), { text: null }, uri);
      assert.deepEqual(await readFile({ uri, encoding: "base64" }), { text: null }, uri);
      assert.deepEqual(await listFiles({ uri: uri.replace(/[^/]+$/, ""), recursive: true }), { uris: [] }, uri);
    }
  });
});

describe("listing a folder for the server", () => {
  beforeEach(() => {
    for (const name of ["main.tex", "refs.bib", "sec/b.tex", "sec/a.ltx", "sec/deep/c.tex", ".git/d.tex"]) {
      put(uriOf(name), "text");
    }
  });

  it("names the LaTeX files in it, with the query that its own URI has", async () => {
    const { uris } = await listFiles({ uri: uriOf("").replace("/?", "?"), recursive: false });
    assert.deepEqual(uris, [uriOf("main.tex")]);
  });

  it("goes into its folders where that is wanted, hidden ones left out", async () => {
    const { uris } = await listFiles({ uri: uriOf("").replace("/?", "?"), recursive: true });
    assert.deepEqual(uris, [uriOf("main.tex"), uriOf("sec/a.ltx"), uriOf("sec/b.tex"), uriOf("sec/deep/c.tex")]);
  });

  it("names files of other kinds where those are wanted", async () => {
    const uri = uriOf("").replace("/?", "?");
    const { uris } = await listFiles({ uri, recursive: true, suffixes: [".bib"] });
    assert.deepEqual(uris, [uriOf("refs.bib")]);
  });

  it("names none in a folder that is not there", async () => {
    assert.deepEqual(await listFiles({ uri: uriOf("none"), recursive: true }), { uris: [] });
  });

  it("stops at four hundred", async () => {
    for (let i = 0; i < 500; i++) {
      put(uriOf(`many/${i}.tex`), "text");
    }
    assert.equal((await listFiles({ uri: uriOf("many"), recursive: false })).uris.length, 400);
  });
});
