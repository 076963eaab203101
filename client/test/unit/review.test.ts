// The panel in the editor: what it asks for, what it shows, and that no edit lands in a paper that has changed since.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { TextDocumentContentChangeEvent } from "vscode";
import type { WorkspaceEdit } from "vscode-languageclient";
import {
  actionsOf,
  type PageState,
  type Part,
  type Review,
  type ReviewPiece,
  type StressTestArgument,
  type ToPage,
} from "../../src/protocol";
import { isStale, pageHtml, ReviewPanel, shiftLine, VIEW_TYPE } from "../../src/review";
import { place, review } from "./fixture";
import { Document, editor, events, Panel, Position, Range, reset, TabInputText, Uri } from "./vscode";

const change = (from: [number, number], to: [number, number], text: string) => ({
  range: new Range(...from, ...to),
  text,
});
const shift = (line: number, ...changes: ReturnType<typeof change>[]) =>
  shiftLine(line, changes as unknown as TextDocumentContentChangeEvent[]);

describe("a line", () => {
  it("moves with what is added and taken away above it", () => {
    assert.equal(shift(10, change([3, 0], [3, 0], "one\ntwo\n")), 12);
    assert.equal(shift(10, change([3, 0], [5, 0], "")), 8);
    assert.equal(shift(10, change([3, 2], [5, 4], "a\nb\nc\nd")), 11);
  });

  it("moves down when a line is added right before it", () => {
    assert.equal(shift(10, change([10, 0], [10, 0], "\n")), 11);
    assert.equal(shift(10, change([9, 20], [9, 20], "\n")), 11);
  });

  it("stays under changes in it and below it", () => {
    assert.equal(shift(10, change([10, 5], [10, 9], "Results")), 10);
    assert.equal(shift(10, change([10, 12], [10, 12], "\nnew line")), 10);
    assert.equal(shift(10, change([11, 0], [40, 0], "")), 10);
  });

  it("goes to the line that it is joined with", () => {
    assert.equal(shift(10, change([9, 4], [10, 0], "")), 9);
    assert.equal(shift(10, change([8, 4], [10, 2], "")), 8);
    assert.equal(shift(10, change([8, 4], [10, 2], "\n")), 9, "what is left of it is in a line of its own");
  });

  it("goes to the start of what was taken away with it, and stays where the text was only replaced", () => {
    assert.equal(shift(10, change([8, 0], [20, 0], "")), 8);
    assert.equal(shift(10, change([0, 0], [99, 0], Array(100).fill("x").join("\n"))), 10);
    assert.equal(shift(10, change([0, 0], [99, 0], "a\nb\nc")), 2, "the last line that there is");
  });

  it("moves by the sum of all changes of one edit", () => {
    assert.equal(
      shift(10, change([20, 0], [20, 0], "\n"), change([5, 0], [5, 0], "\n"), change([1, 0], [2, 0], "")),
      10,
    );
  });

  it("is never above the first", () => {
    for (const from of [0, 1, 2, 3]) {
      for (const to of [3, 4, 9]) {
        assert.ok(shift(3, change([from, 0], [to, 1], "")) >= 0);
      }
    }
  });

  it("is where it is in the text, whatever is added or taken away in other lines", () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
    const marked = 6;
    for (let from = 0; from < lines.length; from++) {
      for (let to = from; to < lines.length; to++) {
        if (from <= marked && to > marked) {
          continue; // the line itself goes
        }
        for (const text of ["", "x\n", "x\ny\nz\n"]) {
          const changed = [...lines.slice(0, from), ...text.split("\n").slice(0, -1), ...lines.slice(to)];
          const moved = shift(marked, change([from, 0], [to, 0], text));
          assert.equal(changed[moved], "line 6", `${from} to ${to}: ${JSON.stringify(text)}`);
        }
      }
    }
  });
});

describe("an edit", () => {
  const uri = "file:///paper/evaluation.tex";
  const edit = (version: number | null): WorkspaceEdit => ({
    documentChanges: [{ textDocument: { uri, version }, edits: [] }],
  });

  it("is stale when it was made for another version of a document that is open", () => {
    assert.equal(
      isStale(edit(4), () => 5),
      true,
    );
    assert.equal(
      isStale(edit(4), () => 4),
      false,
    );
  });

  it("is stale when one of its documents is", () => {
    const both = {
      documentChanges: [
        ...(edit(4).documentChanges ?? []),
        { textDocument: { uri: "file:///b", version: 1 }, edits: [] },
      ],
    };
    assert.equal(
      isStale(both, (name) => (name === uri ? 4 : 2)),
      true,
    );
  });

  it("is not when it names no version, or a document that is not open, or makes a file", () => {
    assert.equal(
      isStale(edit(null), () => 5),
      false,
    );
    assert.equal(
      isStale(edit(4), () => undefined),
      false,
    );
    assert.equal(
      isStale({ documentChanges: [{ kind: "create", uri }] }, () => 5),
      false,
    );
    assert.equal(
      isStale({}, () => 5),
      false,
    );
  });
});

describe("the page", () => {
  const { webview } = new Panel(VIEW_TYPE, "");
  const html = () => pageHtml(webview as never, Uri.file("/extension/client/dist") as never);
  const policyOf = (text: string) => /Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1] ?? "";
  const nonceOf = (text: string) => /script-src 'nonce-([^']+)'/.exec(policyOf(text))?.[1] ?? "";

  it("allows its own sheet and one script, and nothing else", () => {
    const policy = policyOf(html());
    assert.match(policy, /^default-src 'none'; style-src https:\/\/page\.test; script-src 'nonce-[^']+'$/);
    assert.doesNotMatch(policy, /unsafe|\*|data:|http:/);
  });

  it("has a new nonce each time, of 16 random bytes", () => {
    const nonces = Array.from({ length: 20 }, () => nonceOf(html()));
    assert.equal(new Set(nonces).size, 20);
    assert.ok(nonces.every((nonce) => Buffer.from(nonce, "base64").length === 16));
  });

  it("gives the nonce to its only script, and holds no script or style of its own", () => {
    const text = html();
    const scripts = [...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    assert.deepEqual(scripts, [
      `<script nonce="${nonceOf(text)}" src="https://page.test/extension/client/dist/review.js">`,
    ]);
    assert.match(text, /<\/script>\n<\/body>/);
    assert.doesNotMatch(text, /<style| style=| on\w+=/);
    assert.match(text, /<link rel="stylesheet" href="https:\/\/page\.test\/extension\/client\/dist\/review\.css">/);
    assert.match(text, /<html lang="en">/);
  });
});

/** The server's part, and everything that it was asked. */
class Desk {
  readonly asked: StressTestArgument[] = [];
  readonly cancels: ({ isCancellationRequested: boolean } | undefined)[] = [];
  /** Sends a piece of the review that was asked for last. */
  piece: ((piece: ReviewPiece) => void) | undefined;
  answer: (argument: StressTestArgument) => Promise<Review | null> = async () => review();
  readonly panel: ReviewPanel;

  constructor() {
    this.panel = new ReviewPanel(
      Uri.file("/extension") as never,
      {
        stressTest: (
          argument: StressTestArgument,
          onPiece?: (piece: ReviewPiece) => void,
          cancel?: { isCancellationRequested: boolean },
        ) => {
          this.asked.push(argument);
          this.piece = onPiece;
          this.cancels.push(cancel);
          return this.answer(argument);
        },
        toEdit: async (edit: WorkspaceEdit) => {
          const entries = (edit.documentChanges ?? []).flatMap((each) =>
            "textDocument" in each
              ? [
                  [
                    Uri.parse(each.textDocument.uri),
                    each.edits.map((one) => ("range" in one ? { range: startOf(one.range) } : {})),
                  ],
                ]
              : [],
          );
          return { entries: () => entries };
        },
      } as never,
    );
  }

  get shown(): Panel {
    return editor.panels.at(-1) as Panel;
  }

  get sent(): ToPage[] {
    return this.shown.sent as ToPage[];
  }

  get last(): ToPage | undefined {
    return this.sent.at(-1);
  }

  get revision(): number {
    const reviews = this.sent.flatMap((each) => (each.type === "review" ? [each.revision] : []));
    return reviews.at(-1) ?? -1;
  }

  get notices(): string[] {
    return this.sent.flatMap((each) => (each.type === "notice" ? [each.text] : []));
  }
}

const startOf = ({ start }: { start: { line: number; character: number } }) => {
  const at = new Position(start.line, start.character);
  return new Range(at, at);
};

const here: StressTestArgument = { uri: "file:///paper/evaluation.tex", line: 24, scope: "section" };
const evaluation = () => new Document(Uri.parse("file:///paper/evaluation.tex"), "x\n".repeat(60));
const selected = () => (editor.shown.at(-1)?.options.selection as Range | undefined)?.start;
const messages = () => editor.messages.map(({ text }) => text);

/** A review of another section. */
function other(title: string, line: number): Review {
  return { ...review(), title, at: place("evaluation.tex", line) };
}

/** An answer that comes when it is told to. */
function later<T>() {
  let give: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { promise, give: (value: T) => give(value) };
}

describe("opening a review", () => {
  let desk: Desk;
  beforeEach(() => {
    reset();
    desk = new Desk();
  });

  it("shows it in a panel with its title, which may load only what the extension built", async () => {
    await desk.panel.open(here);
    assert.deepEqual(desk.asked, [{ ...here, voice: true }]);
    assert.equal(desk.shown.viewType, VIEW_TYPE);
    assert.equal(desk.shown.title, "Stress test: Evaluation");
    assert.deepEqual(
      JSON.parse(JSON.stringify(desk.shown.webview.options)).localResourceRoots[0].path,
      "/extension/client/dist",
    );
    assert.equal(desk.last?.type, "review");
  });

  it("uses the panel that is there", async () => {
    await desk.panel.open(here);
    await desk.panel.open(here);
    assert.equal(editor.panels.length, 1);
    assert.equal(desk.shown.revealed, 1);
  });

  it("makes a new panel after the old one was closed", async () => {
    await desk.panel.open(here);
    desk.shown.dispose();
    await desk.panel.open(here);
    assert.equal(editor.panels.length, 2);
    assert.equal(desk.last?.type, "review");
  });

  it("says so where there is nothing to review, and opens nothing", async () => {
    desk.answer = async () => null;
    await desk.panel.open(here);
    assert.match(messages().join(), /nothing to stress-test here/);
    assert.equal(editor.panels.length, 0);
  });

  it("says why when the server cannot answer", async () => {
    desk.answer = async () => {
      throw new Error("Tanaka's server is not running.");
    };
    await desk.panel.open(here);
    assert.deepEqual(messages(), ["There is no stress test: Tanaka's server is not running."]);
  });

  it("shows the section that was asked for last, also when the one before is answered later", async () => {
    const slow = later<Review>();
    desk.answer = () => slow.promise;
    const first = desk.panel.open(here);
    desk.answer = async () => other("Design", 50);
    await desk.panel.open({ ...here, line: 55 });
    slow.give(review());
    await first;
    assert.equal(desk.shown.title, "Stress test: Design");
  });
});

describe("a review that comes part by part", () => {
  let desk: Desk;
  let slow: ReturnType<typeof later<Review | null>>;
  let opened: Promise<void>;
  const head = () => ({ ...review(), parts: [] });
  const part = (i: number) => review().parts[i] as Part;
  const shownParts = () => {
    const { last } = desk;
    return last?.type === "review" ? last.review.parts.map(({ id }) => id) : undefined;
  };
  const isPartial = () => desk.last?.type === "review" && desk.last.partial === true;

  beforeEach(() => {
    reset();
    desk = new Desk();
    slow = later<Review | null>();
    desk.answer = () => slow.promise;
    opened = desk.panel.open(here);
  });

  it("is in the panel with its head, before there is a part, and then with each", async () => {
    assert.equal(editor.panels.length, 0, "nothing is shown for nothing");
    desk.piece?.({ head: head() });
    assert.deepEqual([shownParts(), isPartial()], [[], true]);
    desk.piece?.({ part: part(0) });
    desk.piece?.({ part: part(1) });
    assert.deepEqual([shownParts(), isPartial()], [["mirror", "novelty-gap"], true]);
    slow.give(review());
    await opened;
    assert.equal(shownParts()?.length, 4);
    assert.equal(isPartial(), false);
    assert.equal(editor.panels.length, 1);
  });

  it("keeps the parts that were read while the same review is made anew", async () => {
    slow.give(review());
    await opened;
    slow = later();
    const again = desk.panel.open(here);
    desk.piece?.({ head: head() });
    assert.equal(shownParts()?.length, 4);
    desk.piece?.({ part: { ...part(2), title: "Anew" } });
    const { last } = desk;
    assert.deepEqual(last?.type === "review" && last.review.parts.map(({ title }) => title), [
      "The Mirror",
      "The Novelty Gap",
      "Anew",
      "The Twist",
    ]);
    slow.give(review());
    await again;
  });

  it("is not taken back by a piece that comes behind a whole review", async () => {
    desk.piece?.({ head: head() });
    desk.answer = async () => review();
    const piece = desk.piece;
    await desk.panel.refresh();
    piece?.({ part: part(0) });
    assert.equal(shownParts()?.length, 4);
  });

  it("is called off when another is asked for, or the panel is closed, without a word", async () => {
    desk.piece?.({ head: head() });
    desk.shown.dispose();
    assert.equal(desk.cancels[0]?.isCancellationRequested, true);
    desk.piece?.({ part: part(0) });
    slow.give(null);
    await opened;
    assert.equal(editor.panels.length, 1, "a panel that was closed stays closed");
    assert.deepEqual(messages(), []);
    slow = later();
    const second = desk.panel.open(here);
    const third = desk.panel.open({ ...here, line: 55 });
    assert.equal(desk.cancels[1]?.isCancellationRequested, true);
    slow.give(review());
    await Promise.all([second, third]);
  });

  it("is gone to at a section once, when that has come and the page listens", async () => {
    slow.give(null);
    await opened;
    slow = later();
    opened = desk.panel.open({ uri: here.uri, scope: "paper", delta: true }, "novelty-gap");
    const focus = () => (desk.last?.type === "review" ? desk.last.focus : undefined);
    desk.piece?.({ head: head() });
    assert.equal(focus(), undefined);
    desk.piece?.({ part: part(1) });
    assert.equal(focus(), "novelty-gap");
    await desk.shown.say({ type: "ready" });
    assert.equal(focus(), "novelty-gap", "the page heard nothing before");
    slow.give(review());
    await opened;
    assert.equal(focus(), undefined);
    assert.equal(desk.asked.at(-1)?.delta, true);
  });
});

describe("a part in other words", () => {
  const spoken = (id: number) => ({
    id,
    uri: "file:///paper/main.tex",
    part: { ...(review().parts[3] as Part), voice: [[{ text: "In other words." }]] },
    label: "voice: small @ 127.0.0.1",
    refused: null,
  });

  it("takes the place of the engine's, and makes the buttons of before those of an earlier review", async () => {
    reset();
    const desk = new Desk();
    desk.answer = async () => ({ ...review(), voicing: 7 });
    await desk.panel.open(here);
    const before = desk.revision;
    desk.panel.voiced(spoken(7));
    assert.equal(desk.last?.type === "review" && desk.last.review.parts[3]?.voice[0]?.[0]?.text, "In other words.");
    assert.equal(desk.revision, before + 1);
  });

  it("of another review, or of none, is not shown", async () => {
    reset();
    const desk = new Desk();
    desk.panel.voiced(spoken(7));
    await desk.panel.open(here);
    const before = desk.sent.length;
    desk.panel.voiced(spoken(7));
    assert.equal(desk.sent.length, before);
  });

  it("is not wanted any more when the panel is closed", async () => {
    reset();
    const desk = new Desk();
    let stopped = 0;
    desk.panel.onStop = async () => {
      stopped += 1;
    };
    await desk.panel.open(here);
    assert.deepEqual(desk.panel.shown, { uri: here.uri, line: 2, scope: "section" });
    desk.shown.dispose();
    assert.equal(stopped, 1);
    assert.equal(desk.panel.shown, undefined);
  });
});

describe("keeping up with the paper", () => {
  let desk: Desk;
  beforeEach(async () => {
    reset();
    desk = new Desk();
    await desk.panel.open(here);
  });

  it("asks for the section by its heading, wherever the cursor was", async () => {
    await desk.panel.refresh();
    assert.deepEqual(desk.asked.at(-1), { uri: "file:///paper/evaluation.tex", line: 2, scope: "section" });
  });

  it("asks for the whole paper as it was asked", async () => {
    await desk.panel.open({ uri: here.uri, scope: "paper" });
    await desk.panel.refresh();
    assert.deepEqual(desk.asked.at(-1), { uri: here.uri, scope: "paper" });
  });

  it("follows the heading when lines are added above it", async () => {
    events.changed.fire({ document: evaluation(), contentChanges: [change([0, 0], [0, 0], "a\nb\n")] });
    await desk.panel.refresh();
    assert.equal(desk.asked.at(-1)?.line, 4);
  });

  it("follows the heading also under edits that are made while the review is on its way", async () => {
    const slow = later<Review>();
    desk.answer = () => slow.promise;
    const refreshed = desk.panel.refresh();
    events.changed.fire({ document: evaluation(), contentChanges: [change([0, 0], [0, 0], "a\n")] });
    slow.give(review());
    await refreshed;
    await desk.panel.refresh();
    assert.equal(desk.asked.at(-1)?.line, 3);
  });

  it("does not mind edits of other files", async () => {
    const document = new Document(Uri.parse("file:///paper/design.tex"));
    events.changed.fire({ document, contentChanges: [change([0, 0], [0, 0], "a\nb\n")] });
    await desk.panel.refresh();
    assert.equal(desk.asked.at(-1)?.line, 2);
  });

  it("asks once more, not once for each change, while an answer is on its way", async () => {
    const slow = later<Review>();
    desk.answer = () => slow.promise;
    const all = [desk.panel.refresh(), desk.panel.refresh(), desk.panel.refresh(), desk.panel.refresh()];
    slow.give(review());
    await Promise.all(all);
    assert.equal(desk.asked.length, 1 + 2);
  });

  it("does not go back to a section that was left while its answer was on its way", async () => {
    const slow = later<Review>();
    desk.answer = () => slow.promise;
    const refreshed = desk.panel.refresh();
    desk.answer = async () => other("Design", 50);
    await desk.panel.open({ ...here, line: 55 });
    slow.give(review());
    await refreshed;
    assert.equal(desk.shown.title, "Stress test: Design");
    await desk.panel.refresh();
    assert.equal(desk.asked.at(-1)?.line, 49);
  });

  it("keeps the last review and says so when the place is gone or the server does not answer", async () => {
    desk.answer = async () => null;
    await desk.panel.refresh();
    assert.match(desk.notices.at(-1) ?? "", /no longer part of a paper/);
    desk.answer = async () => {
      throw new Error("Tanaka's server is not running.");
    };
    await desk.panel.refresh();
    assert.equal(desk.notices.at(-1), "Tanaka's server is not running. What you see is the last review.");
    assert.equal(desk.shown.title, "Stress test: Evaluation");
  });

  it("asks for nothing when there is no panel", async () => {
    desk.shown.dispose();
    await desk.panel.refresh();
    assert.equal(desk.asked.length, 1);
  });

  it("does not fill a panel that was closed while the answer was on its way", async () => {
    const slow = later<Review>();
    desk.answer = () => slow.promise;
    const closed = desk.shown;
    const before = closed.sent.length;
    const refreshed = desk.panel.refresh();
    closed.dispose();
    slow.give(review());
    await refreshed;
    assert.equal(closed.sent.length, before);
  });

  it("tells a page that begins anew what is shown, and why it may be old", async () => {
    desk.panel.notice("The server is not running; this is the last review.");
    const before = desk.sent.length;
    await desk.shown.say({ type: "ready" });
    assert.deepEqual(
      desk.sent.slice(before).map(({ type }) => type),
      ["review", "notice"],
    );
    await desk.panel.refresh();
    const after = desk.sent.length;
    await desk.shown.say({ type: "ready" });
    assert.deepEqual(
      desk.sent.slice(after).map(({ type }) => type),
      ["review"],
      "a new review is not old",
    );
  });
});

describe("after a reload of the window", () => {
  it("the panel is filled with the review that it showed, asked for anew", async () => {
    reset();
    const desk = new Desk();
    const kept = new Panel(VIEW_TYPE, "Stress test");
    editor.panels.push(kept);
    const state: PageState = { request: here, review: review(), open: [], scroll: 0 };
    await desk.panel.deserializeWebviewPanel(kept as never, state);
    assert.deepEqual(desk.asked, [here]);
    assert.equal(desk.last?.type, "review");
    assert.match(kept.webview.html, /Content-Security-Policy/);
  });

  it("a panel without a state, or a second one, is closed", async () => {
    reset();
    const desk = new Desk();
    let closed = 0;
    const made = () => {
      const panel = new Panel(VIEW_TYPE, "");
      panel.onDidDispose(() => {
        closed += 1;
      });
      return panel as never;
    };
    await desk.panel.deserializeWebviewPanel(made(), undefined);
    assert.equal(closed, 1);
    await desk.panel.open(here);
    await desk.panel.deserializeWebviewPanel(made(), { request: here, review: review(), open: [], scroll: 0 });
    assert.equal(closed, 2);
  });
});

describe("pressing a button", () => {
  let desk: Desk;
  const press = (title: string, revision = desk.revision) => {
    const index = actionsOf(review()).findIndex((action) => action.title === title);
    return desk.shown.say({ type: "act", revision, index });
  };

  beforeEach(async () => {
    reset();
    editor.documents = [evaluation(), new Document(Uri.parse("file:///paper/design.tex"), "x\n".repeat(60))];
    for (const document of editor.documents) {
      document.version = document.uri.path.endsWith("design.tex") ? 2 : 4;
    }
    desk = new Desk();
    await desk.panel.open(here);
  });

  it("makes its edit through the editor, and shows the place", async () => {
    await press("Add straggler experiment");
    assert.equal(editor.applied.length, 1);
    assert.equal(editor.shown.at(-1)?.uri.path, "/paper/evaluation.tex");
    assert.deepEqual(selected(), new Position(40, 0));
  });

  it("does nothing when the paper has changed since, but reads it again and says so", async () => {
    (editor.documents[0] as Document).version = 5;
    await press("Write 1.2×");
    assert.deepEqual(editor.applied, []);
    assert.equal(desk.asked.length, 2);
    assert.equal(desk.last?.type, "notice", "the notice comes after the new review, which would take it away");
    assert.match(desk.notices.at(-1) ?? "", /changed since this was written.*Press once more/);
  });

  it("does nothing for a button of an earlier review, or of none", async () => {
    const old = desk.revision;
    await desk.panel.refresh();
    await press("Write 1.2×", old);
    await press("Write 1.2×", 0);
    await desk.shown.say({ type: "act", revision: desk.revision, index: 99 });
    assert.deepEqual(editor.applied, []);
  });

  it("twice makes its edit once", async () => {
    (editor.documents[1] as Document).version = 2;
    await Promise.all([press("Insert into paper"), press("Insert into paper")]);
    await press("Insert into paper");
    assert.equal(editor.applied.length, 1);
  });

  it("says so when the editor did not make the edit, and can be pressed again", async () => {
    editor.applies = false;
    await press("Write 1.2×");
    assert.deepEqual(desk.notices, ["The paper was not changed."]);
    editor.applies = true;
    await press("Write 1.2×");
    assert.equal(editor.applied.length, 2);
  });

  it("that copies puts the text on the clipboard", async () => {
    await desk.shown.say({ type: "copy", text: "\\begin{table}" });
    assert.equal(editor.copied, "\\begin{table}");
    assert.deepEqual(messages(), ["Copied as LaTeX"]);
  });
});

describe("going to a place", () => {
  let desk: Desk;
  const jump = (line = 30, column = 8) => desk.shown.say({ type: "jump", uri: here.uri, line, column });
  const column = () => editor.shown.at(-1)?.options.viewColumn;
  const tab = (path: string) => ({ input: new TabInputText(Uri.file(path)) });

  beforeEach(async () => {
    reset();
    editor.documents = [evaluation()];
    desk = new Desk();
    await desk.panel.open(here); // in column 2
  });

  it("selects it, in the group where its file is open", async () => {
    editor.tabGroups = [
      { viewColumn: 1, tabs: [tab("/paper/main.tex")] },
      { viewColumn: 2, tabs: [{ input: {} }] },
      { viewColumn: 3, tabs: [tab("/paper/evaluation.tex")] },
    ];
    await jump();
    assert.equal(column(), 3);
    assert.deepEqual(selected(), new Position(30, 8));
  });

  it("never covers the panel", async () => {
    editor.tabGroups = [{ viewColumn: 2, tabs: [tab("/paper/evaluation.tex"), { input: {} }] }];
    await jump();
    assert.equal(column(), 1);
    desk.shown.viewColumn = 1;
    editor.tabGroups = [{ viewColumn: 1, tabs: [{ input: {} }] }];
    await jump();
    assert.equal(column(), -2, "beside");
    editor.tabGroups = [
      { viewColumn: 1, tabs: [{ input: {} }] },
      { viewColumn: 4, tabs: [] },
    ];
    await jump();
    assert.equal(column(), 4);
  });

  it("opens a PDF with whatever shows PDFs", async () => {
    await desk.shown.say({ type: "jump", uri: "file:///paper/old.pdf", line: 2, column: 0 });
    const [command, uri, options] = editor.executed.at(-1) ?? [];
    assert.equal(command, "vscode.open");
    assert.equal(String(uri), "file:///paper/old.pdf");
    assert.deepEqual(options, { viewColumn: 1 });
  });

  it("stays inside the file when the file has become shorter", async () => {
    await jump(5000);
    assert.equal(selected()?.line, 60);
  });

  it("says so when the file cannot be opened", async () => {
    await desk.shown.say({ type: "jump", uri: "file:///paper/gone.tex", line: 0, column: 0 });
    assert.deepEqual(messages(), ["Tanaka could not open /paper/gone.tex: no such file"]);
  });
});

describe("the button that chooses a baseline", () => {
  it("does so", async () => {
    reset();
    const desk = new Desk();
    let asked = 0;
    desk.panel.onChooseBaseline = async () => {
      asked += 1;
    };
    await desk.panel.open(here);
    await desk.shown.say({ type: "choose-baseline" });
    assert.equal(asked, 1);
  });
});

describe("the end", () => {
  it("closes the panel and listens to nothing any more", async () => {
    reset();
    const desk = new Desk();
    await desk.panel.open(here);
    let closed = false;
    desk.shown.onDidDispose(() => {
      closed = true;
    });
    desk.panel.dispose();
    assert.ok(closed);
    assert.equal(events.changed.listening, 0);
    assert.equal(editor.serializers.size, 0);
  });
});
