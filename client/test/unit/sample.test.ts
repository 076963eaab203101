// The sample paper: a copy of the user's own, made once.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ExtensionContext } from "vscode";
import { openSample } from "../../src/sample";
import { editor, reset, Uri } from "./vscode";

const context = {
  extensionUri: Uri.file("/extension"),
  globalStorageUri: Uri.file("/storage"),
} as unknown as ExtensionContext;
const shipped = ["main.tex", "sections/design.tex"].map((file) => `/extension/examples/stale-pipeline/${file}`);
const COPY = "/storage/sample/stale-pipeline";

describe("opening the sample paper", () => {
  beforeEach(reset);

  it("copies it to the user's storage and opens the copy", async () => {
    editor.files = new Set(shipped);
    await openSample(context);
    assert.ok(editor.files.has(`${COPY}/sections/design.tex`));
    assert.deepEqual(
      editor.shown.map(({ uri }) => uri.path),
      [`${COPY}/main.tex`],
    );
  });

  it("opens the copy that is there, with what the user changed in it", async () => {
    editor.files = new Set([...shipped, `${COPY}/main.tex`]);
    await openSample(context);
    assert.ok(!editor.files.has(`${COPY}/sections/design.tex`), "nothing was copied over it");
    assert.equal(editor.shown[0]?.uri.path, `${COPY}/main.tex`);
  });

  it("says so when the extension carries none", async () => {
    await openSample(context);
    assert.deepEqual(
      editor.messages.map(({ text }) => text),
      ["This build of the extension carries no sample paper."],
    );
    assert.deepEqual(editor.shown, []);
  });
});
