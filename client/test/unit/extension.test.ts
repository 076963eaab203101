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
import { ColorThemeKind, Document, edit, editor, events, Memento, reset, Uri } from "./vscode";

const paper = new Document(Uri.file("/paper/main.tex"), "x\n".repeat(30));
const code = new Document(Uri.file("/paper/plot.py"), "", "python");
const status = {
  uri: "file:///paper/main.tex",
  root: "main.tex",
  tally: { impossible: 1, implausible: 0, open: 0 },
  coverage: { quantities: 41, read: 38, bound: 22, checked: 17, consistent: 12 },
  note: null,
  baseline: null,
};
const facts: Facts = { schema: "tanaka.facts/1", root: "main.tex", facts: [] };

let context: ExtensionContext & { subscriptions: { dispose(): unknown }[] };

const client = () => clients.at(-1) as LanguageClient;
const run = (name: string) => editor.commands.get(`tanaka.${name}`)?.();
const messages = () => editor.messages.map(({ text }) => text);
/** What was asked, without the token of the pieces. */
const asked = (argument: unknown) => {
  const { partialResultToken: _, ...rest } = argument as { partialResultToken?: string };
  return rest;
};
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
    workspaceState: new Memento(),
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
      client().requests.map((request) => asked(request.arguments[0])),
      [
        { uri: "file:///paper/main.tex", scope: "section", line: 12, voice: true },
        { uri: "file:///paper/main.tex", scope: "paper", line: 12, voice: true },
      ],
    );
    assert.equal(editor.panels[0]?.viewType, VIEW_TYPE);
  });

  it("mean the paper that was edited last when another file or the panel has the focus", async () => {
    edit(paper, 12);
    edit(code);
    edit(undefined);
    await run("stressTestPaper");
    const [argument] = client().requests[0]?.arguments ?? [];
    assert.deepEqual(asked(argument), { uri: "file:///paper/main.tex", scope: "paper", voice: true });
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
    assert.match(messages()[0] ?? "", /What was read cannot be shown: it broke/);
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

describe("the baseline", () => {
  const old = "file:///paper/old.pdf";

  beforeEach(() => {
    edit(paper);
    client().receive(STATUS_NOTIFICATION, status);
    editor.texts.set(old, new Uint8Array(1));
    editor.picked = "old.pdf";
  });

  it("that was chosen is told to the server, and kept for the next one", async () => {
    await run("chooseBaseline");
    assert.deepEqual(client().others, [["tanaka/baseline", { uri: "file:///paper/main.tex", baseline: old }]]);
    await run("restartServer");
    const { baselines } = client().options.initializationOptions as { baselines: unknown };
    assert.deepEqual(baselines, { "file:///paper/main.tex": old });
  });

  it("is not chosen where the list is closed, where there is no paper, or where the server is down", async () => {
    editor.picked = undefined;
    await run("chooseBaseline");
    edit(undefined);
    assert.deepEqual(client().others, []);
    editor.picked = "old.pdf";
    await deactivate();
    await run("chooseBaseline");
    assert.match(messages().at(-1) ?? "", /The baseline was not chosen: Tanaka's server is not running/);
  });

  it("is audited in the panel, at the Mirror, with every row", async () => {
    server.answer = async (command: string) => (command === "tanaka.delta" ? { rows: [] } : review());
    await run("auditDelta");
    const { command, arguments: given } = client().requests.at(-1) ?? { command: "", arguments: [] };
    assert.equal(command, "tanaka.stressTest");
    const { uri, scope, delta } = given[0] as { uri: string; scope: string; delta: boolean };
    assert.deepEqual([uri, scope, delta], ["file:///paper/main.tex", "paper", true]);
    const shown = editor.panels[0]?.sent.at(-1) as { focus: string } | undefined;
    assert.equal(shown?.focus, "mirror");
  });

  it("is asked for where there is none, with the reason, and then audited", async () => {
    server.answer = async (command: string) => (command === "tanaka.delta" ? null : review());
    await run("auditDelta");
    assert.deepEqual(messages(), ["This paper has no baseline: none is named, and none lies beside it."]);
    assert.equal(editor.panels.length, 0, "the question was closed");
    client().receive(STATUS_NOTIFICATION, { ...status, note: "old.pdf is encrypted." });
    editor.pressed = "Choose Baseline";
    await run("auditDelta");
    assert.equal(messages().at(-1), "old.pdf is encrypted.");
    assert.equal(client().others.length, 1);
    assert.equal(editor.panels.length, 1);
  });

  it("can be chosen from the panel", async () => {
    await run("stressTestPaper");
    await editor.panels[0]?.say({ type: "choose-baseline" });
    assert.equal(client().others.length, 1);
  });
});

describe("what changes", () => {
  it("in the paper is counted in the status bar and read into the panel", async () => {
    edit(paper);
    await run("stressTestPaper");
    client().receive(STATUS_NOTIFICATION, status);
    assert.equal(barText(), "Tanaka: 1 impossible · 41 numbers, 17 checked · engine only");
    await until("the next review", () => editor.panels[0]?.sent.length === 2);
    assert.equal(client().requests.length, 2);
  });

  it("in one of two papers is shown where that paper is edited", () => {
    const other = { ...status, uri: "file:///other/main.tex", tally: { impossible: 5, implausible: 0, open: 0 } };
    edit(paper);
    client().receive(STATUS_NOTIFICATION, status);
    client().receive(STATUS_NOTIFICATION, other);
    assert.match(barText() ?? "", /1 impossible/);
    edit(new Document(Uri.file("/other/sec/a.tex")));
    assert.match(barText() ?? "", /5 impossible/);
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

  for (const [command, setting] of [
    ["toggleTicks", "tanaka.markChecked"],
    ["togglePeaks", "tanaka.showPeaks"],
  ] as const) {
    it(`in the hints of ${setting} is told to the server, and restarts nothing`, async () => {
      await run(command);
      assert.equal(editor.settings[setting], true);
      events.settings.fire({ affectsConfiguration: (section) => section === "tanaka" || section === setting });
      await until("the message", () => client().told.length > 0);
      assert.deepEqual(client().told, [["workspace/didChangeConfiguration", { settings: null }]]);
      assert.equal(clients.length, 1);
      await run(command);
      assert.equal(editor.settings[setting], false);
    });
  }

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
    assert.deepEqual(asked(client().requests[0]?.arguments[0]), { ...argument, voice: true });
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
