// The connection to the server: how it is launched, what it is told and asked, and what follows when it ends.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { State } from "../../src/lifecycle";
import {
  DELTA,
  FACTS,
  type ReviewPiece,
  STATUS_NOTIFICATION,
  STRESS_TEST,
  type Status,
  THEME_NOTIFICATION,
} from "../../src/protocol";
import { NotRunning, Server } from "../../src/server";
import { CloseAction, clients, type LanguageClient, server } from "./languageclient";
import { ColorThemeKind, editor, LogLevel, type OutputChannel, reset, Uri, window } from "./vscode";

const context = {
  extensionUri: Uri.file("/no/such/extension"),
  globalStorageUri: Uri.file("/no/such/storage"),
} as unknown as ExtensionContext;

let running: Server;
let output: OutputChannel;
let states: State[];

function make(): Server {
  output = window.createOutputChannel("Tanaka");
  running = new Server(context, output as unknown as LogOutputChannel);
  states = [];
  running.onState((state) => states.push(state));
  return running;
}

beforeEach(() => {
  reset();
  clients.length = 0;
  Object.assign(server, { start: async () => undefined, answer: async () => null, notify: async () => undefined });
  editor.settings = { "tanaka.server.path": process.execPath };
  make();
});

const client = () => clients.at(-1) as LanguageClient;
const texts = () => editor.messages.map(({ text }) => text);

function status(root: string, uri: string): Status {
  const coverage = { quantities: 1, read: 1, bound: 1, checked: 1, consistent: 1 };
  return { uri, root, tally: { impossible: 0, implausible: 0, open: 0 }, coverage, note: null, baseline: null };
}

describe("launching", () => {
  it("runs the program of the setting over stdio, in the paper's folder and a clean environment", async () => {
    editor.folders = [{ uri: Uri.parse("overleaf-workshop://host/p") }, { uri: Uri.file("/paper") }];
    process.env.PYTHONPATH = "/misleading";
    try {
      await running.start();
      assert.equal(client().program.options.env.PYTHONPATH, undefined);
    } finally {
      delete process.env.PYTHONPATH;
    }
    const { command, args, options } = client().program;
    assert.equal(command, process.execPath);
    assert.deepEqual(args, ["serve", "--stdio"]);
    assert.equal(options.cwd, "/paper");
    assert.equal(options.env.PATH, process.env.PATH);
  });

  it("needs no folder", async () => {
    await running.start();
    assert.ok(!("cwd" in client().program.options));
  });

  it("tells the server the theme and the settings that are the server's", async () => {
    editor.themeKind = ColorThemeKind.HighContrastLight;
    editor.settings["tanaka.diagnostics.delay"] = 0;
    editor.settings["tanaka.codeLens"] = false;
    editor.settings["tanaka.markChecked"] = true;
    editor.settings["tanaka.showPeaks"] = true;
    await running.start();
    assert.deepEqual(client().options.initializationOptions, {
      theme: "high-contrast-light",
      diagnosticsDelay: 0,
      codeLens: false,
      markChecked: true,
      showPeaks: true,
      files: true,
      baselines: {},
      voice: false,
    });
  });

  it("lets the voice answer on each connection, and says that it does", async () => {
    const attached: unknown[] = [];
    running.voice = { attach: (wire) => attached.push(wire) };
    await running.start();
    await running.restart();
    assert.equal(attached.length, 2);
    assert.equal((client().options.initializationOptions as { voice: boolean }).voice, true);
  });

  it("tells the server which baselines were chosen before", async () => {
    running.baselines = () => ({ "file:///p/main.tex": "file:///p/old.pdf" });
    await running.start();
    const { baselines } = client().options.initializationOptions as { baselines: unknown };
    assert.deepEqual(baselines, { "file:///p/main.tex": "file:///p/old.pdf" });
  });

  it("serves LaTeX in every scheme that a paper may have, and no version-control view", async () => {
    await running.start();
    const selected = client().options.documentSelector as { language?: string; pattern?: string; scheme: string }[];
    const of = (language: string) => selected.filter((each) => each.language === language).map(({ scheme }) => scheme);
    assert.deepEqual(of("latex"), ["file", "untitled", "vsls", "overleaf-workshop"]);
    assert.deepEqual(of("tex"), of("latex"));
    assert.deepEqual(of("bibtex"), of("latex"), "an entry counts before it is saved");
    const settings = selected.filter(({ pattern }) => pattern === "**/tanaka.toml").map(({ scheme }) => scheme);
    assert.deepEqual(settings, of("latex"));
  });

  it("watches the files of papers, and lets go of them when it stops", async () => {
    await running.start();
    assert.deepEqual(
      editor.watchers.map(({ glob }) => glob),
      ["**/*.{tex,ltx,bib,pdf}", "**/tanaka.toml", "**/.tanaka/knowledge/**/*.toml"],
    );
    assert.equal(client().options.synchronize.fileEvents.length, 3);
    await running.stop();
    assert.ok(editor.watchers.every(({ disposed }) => disposed));
  });

  it("trusts Markdown from the server with one command and no HTML", async () => {
    await running.start();
    assert.deepEqual(client().options.markdown, { isTrusted: { enabledCommands: [STRESS_TEST] }, supportHtml: false });
  });

  it("traces into the output channel when the setting says so, whatever the channel's own level", async () => {
    await running.start();
    assert.equal(client().options.traceOutputChannel, output);
    editor.settings["tanaka.trace.server"] = "verbose";
    await running.restart();
    const traced = client().options.traceOutputChannel as { logLevel: LogLevel; trace(line: string): void };
    assert.equal(traced.logLevel, LogLevel.Trace);
    traced.trace("--> textDocument/didOpen");
    assert.ok(output.lines.includes("--> textDocument/didOpen"));
    assert.equal(output.logLevel, LogLevel.Info, "the channel is as it was");
  });

  it("says in one message why it cannot, and leads to the settings", async () => {
    editor.settings["tanaka.server.path"] = "/no/such/tanaka";
    editor.pressed = "Open Settings";
    await running.start();
    assert.deepEqual(states, ["starting", "failed"]);
    assert.deepEqual(texts(), [
      "The setting tanaka.server.path names /no/such/tanaka, which is not a program that can be run.",
    ]);
    assert.deepEqual(editor.executed.at(-1), ["workbench.action.openSettings", "tanaka.server"]);
    assert.equal(clients.length, 0);
  });

  it("says so when the extension carries no server", async () => {
    editor.settings = {};
    await running.start();
    assert.match(texts().join(), /carries no server/);
  });

  it("takes the tanaka of the Python environment that is selected, when told to", async () => {
    editor.settings = { "tanaka.importStrategy": "fromEnvironment" };
    editor.extensions.set("ms-python.python", {
      activate: async () => {
        throw new Error("broken");
      },
    });
    const { PATH } = process.env;
    process.env.PATH = "/no/such/folder";
    await running.start();
    process.env.PATH = PATH;
    assert.match(texts().join(), /neither the selected Python environment nor PATH has a tanaka/);
  });
});

describe("a server that ends", () => {
  it("is started again, and the files of the old one are let go of", async () => {
    await running.start();
    const first = editor.watchers.slice();
    assert.equal(client().die(), CloseAction.DoNotRestart, "the life cycle restarts, not the client");
    await running.stressTest({ uri: "file:///a.tex", scope: "paper" });
    assert.equal(clients.length, 2);
    assert.ok(first.every(({ disposed }) => disposed));
    assert.ok(editor.watchers.slice(3).every(({ disposed }) => !disposed));
    assert.deepEqual(states, ["starting", "running", "starting", "running"]);
    assert.deepEqual(texts(), [], "no message: it is up again");
  });

  it("four times stays down, with one message that can start it again", async () => {
    await running.start();
    for (let i = 0; i < 3; i++) {
      client().die();
      await running.tellTheme("dark"); // waits until it is up again
    }
    editor.pressed = "Restart Server";
    client().die();
    await running.tellTheme("dark");
    await running.tellTheme("dark");
    assert.deepEqual(texts(), ["Tanaka's server crashed four times within three minutes and was not started again."]);
    assert.equal(states.at(-1), "running");
    assert.equal(clients.length, 5);
  });

  it("before it has answered is a failed start, though the client itself would wait for ever", async () => {
    server.start = () => new Promise(() => undefined);
    const started = running.start();
    for (let crash = 0; crash < 4; crash++) {
      while (clients.length === crash) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      client().die();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await started;
    assert.equal(states.at(-1), "failed");
    assert.equal(clients.length, 4);
    assert.deepEqual(texts(), ["Tanaka's server crashed four times within three minutes and was not started again."]);
  });

  it("answers what the server asks for on no disk of its own", async () => {
    await running.start();
    const answer = client().answers.get("tanaka/readFile");
    editor.texts.set("vsls://host/main.tex", new TextEncoder().encode("text"));
    assert.deepEqual(await answer?.({ uri: "vsls://host/main.tex" }), { text: "text" });
    assert.ok(client().answers.has("tanaka/listFiles"));
  });

  it("before it is up is tried again too, and leaves no watchers behind", async () => {
    let tries = 0;
    server.start = async () => {
      tries += 1;
      if (tries < 3) {
        throw new Error("the connection was closed");
      }
    };
    await running.start();
    assert.equal(states.at(-1), "running");
    assert.equal(editor.watchers.filter(({ disposed }) => !disposed).length, 3);
    assert.ok(output.lines.some((line) => line.includes("the connection was closed")));
  });

  it("when it is told to is not started again", async () => {
    await running.start();
    await running.stop();
    assert.ok(client().disposed);
    await running.start();
    assert.equal(clients.length, 1);
    assert.equal(states.at(-1), "stopped");
  });

  it("just as it is told the theme does no harm", async () => {
    await running.start();
    server.notify = async () => {
      throw new Error("connection got disposed");
    };
    await running.tellTheme("light");
  });
});

describe("asking", () => {
  it("sends one command with one argument, and gives its answer", async () => {
    await running.start();
    server.answer = async (command) => ({ of: command });
    assert.deepEqual(await running.stressTest({ uri: "file:///a.tex", line: 3, scope: "section" }), {
      of: STRESS_TEST,
    });
    assert.deepEqual(await running.facts(Uri.file("/a.tex") as never), { of: FACTS });
    assert.deepEqual(client().requests, [
      { command: STRESS_TEST, arguments: [{ uri: "file:///a.tex", line: 3, scope: "section" }] },
      { command: FACTS, arguments: [{ uri: "file:///a.tex" }] },
    ]);
  });

  it("waits while the server starts", async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    server.start = () => begun;
    const started = running.start();
    const answer = running.stressTest({ uri: "file:///a.tex", scope: "paper" });
    begin();
    await started;
    assert.equal(await answer, null);
    assert.equal(client().requests.length, 1);
  });

  it("fails in plain words when no server runs", async () => {
    await assert.rejects(running.facts(Uri.file("/a.tex") as never), NotRunning);
    await assert.rejects(
      running.stressTest({ uri: "file:///a.tex", scope: "paper" }),
      /^Error: Tanaka's server is not running\.$/,
    );
  });
});

describe("a stress test that comes in pieces", () => {
  it("gives each as it comes, and only those of its own token", async () => {
    await running.start();
    const pieces: ReviewPiece[] = [];
    server.answer = async (_, argument) => {
      const { partialResultToken } = argument as { partialResultToken: string };
      client().progress("another", { part: { id: "twist" } });
      client().progress(partialResultToken, { head: { title: "Design" } });
      return { title: "Design", parts: [] };
    };
    const argument = { uri: "file:///a.tex", scope: "paper" as const };
    assert.deepEqual(await running.stressTest(argument, (piece) => pieces.push(piece)), { title: "Design", parts: [] });
    assert.deepEqual(pieces, [{ head: { title: "Design" } }]);
    const partialResultToken = client().tokenOfPieces;
    client().progress(partialResultToken, { part: { id: "twist" } });
    assert.equal(pieces.length, 1, "nobody listens after the answer");
  });

  it("can be called off", async () => {
    await running.start();
    const token = { isCancellationRequested: false } as never;
    await running.stressTest({ uri: "file:///a.tex", scope: "paper" }, undefined, token);
    assert.equal(client().tokens[0], token);
  });
});

describe("the voice", () => {
  it("is asked what it would send, and told to stop, and that is all", async () => {
    await running.start();
    const argument = { uri: "file:///p/main.tex", scope: "paper" as const };
    assert.equal(await running.whatWouldBeSent(argument), null);
    assert.deepEqual(client().requests, [{ command: "tanaka.whatWouldBeSent", arguments: [argument] }]);
    await running.stopVoice();
    assert.deepEqual(client().told, [["tanaka/voiceStop", undefined]]);
  });

  it("that ended with its server can be stopped all the same", async () => {
    await running.start();
    server.notify = async () => {
      throw new Error("connection got disposed");
    };
    await running.stopVoice();
  });
});

describe("the baseline", () => {
  it("is chosen by a request, and given back by null", async () => {
    await running.start();
    await running.chooseBaseline(Uri.file("/p/main.tex") as never, Uri.file("/p/old.pdf") as never);
    await running.chooseBaseline(Uri.file("/p/main.tex") as never, null);
    assert.deepEqual(client().others, [
      ["tanaka/baseline", { uri: "file:///p/main.tex", baseline: "file:///p/old.pdf" }],
      ["tanaka/baseline", { uri: "file:///p/main.tex", baseline: null }],
    ]);
  });

  it("that cannot be read is said with the paper, and the delta is asked for by one command", async () => {
    await running.start();
    const note = "old.pdf is encrypted.";
    client().receive(STATUS_NOTIFICATION, { ...status("main.tex", "file:///p/main.tex"), note });
    assert.equal(running.statusOf(Uri.file("/p/sec/a.tex") as never)?.note, note);
    assert.equal(running.statusOf(Uri.file("/elsewhere/a.tex") as never), undefined);
    assert.equal(await running.hasDelta(Uri.file("/p/main.tex") as never), false);
    assert.deepEqual(client().requests, [{ command: DELTA, arguments: [{ uri: "file:///p/main.tex" }] }]);
  });
});

describe("being told", () => {
  it("of a paper passes it on, and lets the walkthrough go on", async () => {
    await running.start();
    const received: Status[] = [];
    running.onStatus((each) => received.push(each));
    client().receive(STATUS_NOTIFICATION, status("main.tex", "file:///p/main.tex"));
    assert.deepEqual(received, [status("main.tex", "file:///p/main.tex")]);
    assert.ok(
      editor.executed.some(([name, key, value]) => name === "setContext" && key === "tanaka.paperRead" && value),
    );
  });

  it("of several papers finds the root of a file: the innermost folder that holds it", async () => {
    await running.start();
    for (const uri of ["file:///papers/main.tex", "file:///papers/second%20paper/main.tex", "file:///other/main.tex"]) {
      client().receive(STATUS_NOTIFICATION, status("main.tex", uri));
    }
    client().receive(STATUS_NOTIFICATION, status("thesis.tex", "file:///papers/second%20paper/sec/thesis.tex"));
    const rootOf = (path: string, root: string) => running.rootOf(Uri.file(path) as never, root).path;
    assert.equal(rootOf("/papers/second paper/sec/eval.tex", "main.tex"), "/papers/second paper/main.tex");
    assert.equal(rootOf("/papers/sec/eval.tex", "main.tex"), "/papers/main.tex");
    assert.equal(
      rootOf("/elsewhere/eval.tex", "paper.tex"),
      "/elsewhere/paper.tex",
      "beside the file, where nothing is known",
    );
    const virtual = Uri.parse("overleaf-workshop://host/papers/sec/eval.tex") as never;
    assert.equal(running.knownRoot(virtual), undefined, "a path on another file system is another path");
  });

  it("tells the server the theme as it changes", async () => {
    await running.start();
    await running.tellTheme("light");
    assert.deepEqual(client().told, [[THEME_NOTIFICATION, { kind: "light" }]]);
  });

  it("says in a context whether the server is ready", async () => {
    await running.start();
    await running.stop();
    const ready = editor.executed.filter(([, key]) => key === "tanaka.serverReady").map(([, , value]) => value);
    assert.deepEqual(ready, [false, true, false]);
  });
});

describe("a command of the server that the editor runs", () => {
  it("opens the panel when it is the stress test, and goes to the server otherwise", async () => {
    const opened: unknown[] = [];
    running.onStressTest = async (argument) => {
      opened.push(argument);
    };
    await running.start();
    const { executeCommand } = client().options.middleware;
    const next = async (command: string) => `server: ${command}`;
    await executeCommand(STRESS_TEST, [{ uri: "file:///a.tex", line: 3, scope: "section" }], next);
    assert.deepEqual(opened, [{ uri: "file:///a.tex", line: 3, scope: "section" }]);
    assert.equal(await executeCommand(FACTS, [{}], next), "server: tanaka.facts");
  });
});
