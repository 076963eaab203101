// The status bar: what was found, how much of the paper that rests on, and the way out when the server is down.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { State } from "../../src/lifecycle";
import type { Status } from "../../src/protocol";
import { count, findingsText, StatusItem, statusText, tooltipLines } from "../../src/status";
import { Document, edit, editor, reset, type StatusBarItem, type TextEditor, ThemeColor, Uri } from "./vscode";

function status(change: Partial<Status> = {}): Status {
  return {
    uri: "file:///paper/main.tex",
    root: "main.tex",
    tally: { impossible: 2, implausible: 3, open: 1 },
    coverage: { quantities: 41, read: 38, bound: 22, checked: 17, consistent: 12 },
    note: null,
    baseline: null,
    ...change,
  };
}

const none = { impossible: 0, implausible: 0, open: 0 };

describe("the text of the status bar", () => {
  it("counts what was found and what was checked", () => {
    assert.equal(
      statusText("running", status()),
      "Tanaka: 2 impossible, 3 implausible · 41 numbers, 17 checked · engine only",
    );
  });

  it("names who words the stress test", () => {
    assert.match(statusText("running", status(), "voice: small @ 127.0.0.1"), / · voice: small @ 127\.0\.0\.1$/);
  });

  it("says one number of one", () => {
    const coverage = { quantities: 1, read: 1, bound: 1, checked: 0, consistent: 0 };
    assert.equal(
      statusText("running", status({ tally: none, coverage })),
      "Tanaka: no findings · 1 number, 0 checked · engine only",
    );
  });

  it("says what it does before it has read, and when it does not run", () => {
    assert.equal(statusText("running", undefined), "Tanaka: reading");
    assert.equal(statusText("starting", undefined), "Tanaka: starting");
    assert.equal(statusText("failed", undefined), "Tanaka: not running");
    assert.equal(statusText("stopped", undefined), "Tanaka: stopped");
  });

  it("shows no old counts of a server that is down", () => {
    for (const state of ["starting", "failed", "stopped"] satisfies State[]) {
      assert.doesNotMatch(statusText(state, status()), /\d/);
    }
  });
});

describe("the words for findings", () => {
  it("leave out what there is none of", () => {
    assert.equal(findingsText({ ...none, impossible: 1 }), "1 impossible");
    assert.equal(findingsText({ ...none, implausible: 2 }), "2 implausible");
    assert.equal(findingsText(none), "no findings");
  });

  it("do not hold an open question against the paper", () => {
    assert.equal(findingsText({ ...none, open: 7 }), "no findings");
  });

  it("have a plural for every count but one", () => {
    assert.deepEqual(
      [0, 1, 2].map((n) => count(n, "question")),
      ["0 questions", "1 question", "2 questions"],
    );
  });
});

describe("the tooltip", () => {
  it("names the paper, all counts, the open questions and the note", () => {
    assert.deepEqual(tooltipLines("running", status({ note: "engine only" })), [
      "main.tex",
      "41 numbers: 38 read, 22 bound to what they are about, 17 checked, 12 consistent",
      "2 impossible, 3 implausible, 1 open question",
      "no baseline paper",
      "engine only",
    ]);
    assert.equal(tooltipLines("running", status({ note: "" })).length, 4);
  });

  it("names the baseline", () => {
    const baseline = { uri: "file:///paper/old.pdf", name: "old.pdf", chosen: "given" };
    assert.ok(tooltipLines("running", status({ baseline })).includes("against old.pdf"));
  });

  it("says that findings are old when the server is down", () => {
    assert.match(tooltipLines("failed", status()).join(), /not running; findings are not up to date/);
    assert.match(tooltipLines("starting", undefined).join(), /is starting/);
    assert.match(tooltipLines("running", undefined).join(), /No paper was read yet/);
  });
});

describe("the item", () => {
  const paper = new Document(Uri.file("/paper/main.tex"));
  const code = new Document(Uri.file("/paper/plot.py"), "", "python");
  let shown: StatusItem;
  let item: StatusBarItem;

  beforeEach(() => {
    reset();
    shown = new StatusItem();
    item = editor.statusItems[0] as StatusBarItem;
  });

  it("is there for a paper, and goes for another kind of file", () => {
    assert.equal(item.visible, false);
    edit(paper);
    assert.equal(item.visible, true);
    edit(code);
    assert.equal(item.visible, false);
  });

  it("stays while the panel has the focus, and while a paper is visible beside another file", () => {
    edit(paper);
    edit(undefined);
    assert.equal(item.visible, true);
    editor.visibleTextEditors = [paper, code].map((document) => ({ document }) as TextEditor);
    editor.activeTextEditor = editor.visibleTextEditors[1];
    shown.dispose();
    new StatusItem();
    assert.equal(editor.statusItems[1]?.visible, true);
  });

  it("leads to the list of problems, and to the output when the server is down", () => {
    shown.setState("running");
    shown.setStatus(status());
    assert.equal(item.command, "workbench.actions.view.problems");
    assert.ok(item.backgroundColor === undefined);
    shown.setState("failed");
    assert.equal(item.command, "tanaka.showOutput");
    assert.deepEqual(item.backgroundColor, new ThemeColor("statusBarItem.errorBackground"));
    assert.doesNotMatch(item.text, /\d/);
    shown.setState("running");
    assert.equal(item.text, "Tanaka: reading", "what an earlier server said is forgotten");
  });

  it("offers in its tooltip only what works now", () => {
    shown.setState("running");
    shown.setStatus(status());
    assert.match(item.tooltip.value, /\[Stress-test paper\]\(command:tanaka\.stressTestPaper\)/);
    shown.setState("failed");
    assert.doesNotMatch(item.tooltip.value, /stressTest/);
    assert.match(item.tooltip.value, /\[Restart server\]\(command:tanaka\.restartServer\)/);
  });

  it("lets its tooltip run the commands that it links to, and no others", () => {
    shown.setState("running");
    const { enabledCommands } = item.tooltip.isTrusted as { enabledCommands: string[] };
    const linked = [...item.tooltip.value.matchAll(/command:([\w.]+)/g)].map(([, command]) => command);
    assert.deepEqual(linked, enabledCommands);
  });

  it("shows a file name as text, whatever is in it", () => {
    shown.setState("running");
    shown.setStatus(status({ root: "[x](command:evil).tex" }));
    assert.ok(!item.tooltip.value.includes("](command:evil)"));
  });

  it("says whose words the stress test has, as it is told", () => {
    shown.setState("running");
    shown.setStatus(status());
    shown.setVoice("voice: small @ 127.0.0.1");
    assert.match(item.text, /voice: small @ 127\.0\.0\.1$/);
  });

  it("tells a screen reader what it shows and what it rests on", () => {
    shown.setState("running");
    shown.setStatus(status());
    assert.match(item.accessibilityInformation.label, /^Tanaka: 2 impossible.*main\.tex.*38 read/);
  });
});
