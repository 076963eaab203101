// The parts put together: every command does what its name says, and no part is left out of a change.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ExtensionContext } from "vscode";
import { activate, deactivate } from "../../src/extension";
import { type Facts, STATUS_NOTIFICATION } from "../../src/protocol";
import { VIEW_TYPE } from "../../src/review";
import { review } from "./fixture";
import { clients, type LanguageClient, server } from "./languageclient";
import { textOf } from "./root";
import { ColorThemeKind, Document, edit, editor, events, reset, Uri } from "./vscode";

const paper = new Document(Uri.file("/paper/main.tex"), "x\n".repeat(30));
const code = new Document(Uri.file("/paper/plot.py"), "", "python");
const status = {
  uri: "file:///paper/main.tex",
  root: "main.tex",
  tally: { impossible: 1, implausible: 0, open: 0 },
  coverage: { quantities: 41, read: 38, bound: 22, checked: 17, consistent: 12 },
  note: null,
};
const facts: Facts = { schema: "tanaka.facts/1", root: "main.tex", facts: [] };

let context: ExtensionContext & { subscriptions: { dispose(): unknown }[] };

const client = () => clients.at(-1) as LanguageClient;
const run = (name: string) => editor.commands.get(`tanaka.${name}`)?.();
const messages = () => editor.messages.map(({ text }) => text);
const barText = () => editor.statusItems[0]?.text;

/** Waits until something is so; a test that would wait for ever fails. */
async function until(what: string, test: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !test(); ) {
    assert.ok(Date.now() < end, `waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

beforeEach(async () => {
  reset();
  clients.length = 0;
  Object.assign(server, {
    start: async () => undefined,
    answer: async (command: string) => (command === "tanaka.facts" ? facts : review()),
  });
  editor.settings = { "tanaka.server.path": process.execPath };
  editor.files = new Set(["/extension/examples/stale-pipeline/main.tex"]);
  context = {
    extensionUri: Uri.file("/extension"),
    globalStorageUri: Uri.file("/storage"),
    subscriptions: [],
  } as never;
  activate(context);
  await until("the server", () => barText() === "Tanaka: reading");
});

describe("the commands", () => {
  it("are those that the manifest lists", () => {
    const { commands } = JSON.parse(textOf("package.json")).contributes as { commands: { command: string }[] };
    assert.deepEqual([...editor.commands.keys()].sort(), commands.map(({ command }) => command).sort());
  });

  it("stress-test the section that the cursor is in, and the paper", async () => {
    edit(paper, 12);
    await run("stressTestSection");
    await run("stressTestPaper");
    assert.deepEqual(
      client().requests.map((request) => request.arguments[0]),
      [
        { uri: "file:///paper/main.tex", scope: "section", line: 12 },
        { uri: "file:///paper/main.tex", scope: "paper", line: 12 },
      ],
    );
    assert.equal(editor.panels[0]?.viewType, VIEW_TYPE);
  });

  it("mean the paper that was edited last when another file or the panel has the focus", async () => {
    edit(paper, 12);
    edit(code);
    edit(undefined);
    await run("stressTestPaper");
    assert.deepEqual(client().requests[0]?.arguments, [{ uri: "file:///paper/main.tex", scope: "paper" }]);
  });

  it("ask for a paper where there is none", async () => {
    edit(code);
    await run("stressTestSection");
    await run("showWhatWasRead");
    assert.deepEqual(messages(), ["Open a LaTeX file first.", "Nothing was read: open a LaTeX file of a paper first."]);
    assert.deepEqual(client().requests, []);
  });

  it("show what was read", async () => {
    edit(paper);
    await run("showWhatWasRead");
    assert.equal(editor.shown.at(-1)?.uri.path, "/What was read in main.tex");
  });

  it("say why nothing can be shown when the server is down or fails", async () => {
    edit(paper);
    server.answer = async () => {
      throw new Error("it broke");
    };
    await run("showWhatWasRead");
    assert.match(messages()[0] ?? "", /What was read cannot be shown: Error: it broke/);
    await deactivate();
    await run("showWhatWasRead");
    assert.equal(messages()[1], "Tanaka's server is not running.");
  });

  it("restart the server, show the output and open the sample", async () => {
    await run("restartServer");
    assert.equal(clients.length, 2);
    run("showOutput");
    assert.equal(editor.outputs[0]?.shown, 1);
    await run("openSample");
    assert.equal(editor.shown.at(-1)?.uri.path, "/storage/sample/stale-pipeline/main.tex");
  });
});

describe("what changes", () => {
  it("in the paper is counted in the status bar and read into the panel", async () => {
    edit(paper);
    await run("stressTestPaper");
    client().receive(STATUS_NOTIFICATION, status);
    assert.equal(barText(), "Tanaka: 1 impossible · 41 numbers, 17 checked");
    await until("the next review", () => editor.panels[0]?.sent.length === 2);
    assert.equal(client().requests.length, 2);
  });

  it("in the theme is told to the server", async () => {
    events.theme.fire({ kind: ColorThemeKind.Light });
    await until("the message", () => client().told.length > 0);
    assert.deepEqual(client().told, [["tanaka/theme", { kind: "light" }]]);
  });

  it("in the settings restarts the server, and only when they are Tanaka's", async () => {
    events.settings.fire({ affectsConfiguration: (section) => section === "editor" });
    await run("restartServer"); // which waits for all that was begun before it
    assert.equal(clients.length, 2);
    events.settings.fire({ affectsConfiguration: (section) => section === "tanaka" });
    await until("the restart", () => clients.length === 3);
  });

  it("in the server is seen in the status bar, and in the panel when it is down", async () => {
    edit(paper);
    await run("stressTestPaper");
    server.start = async () => {
      throw new Error("no");
    };
    client().die();
    await until("the end of the tries", () => barText() === "Tanaka: not running");
    assert.deepEqual(editor.panels[0]?.sent.at(-1), {
      type: "notice",
      text: "The server is not running; this is the last review.",
    });
  });
});

describe("the code lens", () => {
  it("opens the panel for its own section", async () => {
    const argument = { uri: "file:///paper/main.tex", line: 7, scope: "section" };
    await client().options.middleware.executeCommand("tanaka.stressTest", [argument], () =>
      assert.fail("not the server"),
    );
    assert.deepEqual(client().requests[0]?.arguments, [argument]);
    assert.equal(editor.panels.length, 1);
  });
});

describe("the end", () => {
  it("stops the server and leaves nothing that listens", async () => {
    await deactivate();
    for (const part of context.subscriptions) {
      part.dispose();
    }
    assert.ok(client().disposed);
    assert.deepEqual(
      Object.entries(events).filter(([, event]) => event.listening > 0),
      [],
    );
    assert.equal(editor.commands.size, 0);
  });
});
