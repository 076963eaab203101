// The page in the panel: what arrives is shown, what is pressed is told, and an update takes nothing away from the reader.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { FromPage, PageState, Review, StressTestArgument, ToPage } from "../../src/protocol";
import { type EditorApi, startPage } from "../../webview/page";
import { page, textOf } from "./dom";
import { review } from "./fixture";

const request: StressTestArgument = { uri: "file:///paper/evaluation.tex", line: 2, scope: "section" };

/** A page that was started, and the editor's end of it. */
class Opened {
  readonly said: FromPage[] = [];
  readonly document: Document;
  state: PageState | undefined;
  scrolled: number[] = [];
  private readonly window: Window & typeof globalThis;

  constructor(kept?: PageState) {
    const { window, document } = page();
    this.window = window;
    this.document = document;
    Object.assign(window, { scrollY: 0, scrollTo: (_x: number, y: number) => this.scrolled.push(y) });
    const editor: EditorApi = {
      postMessage: (message) => this.said.push(message),
      getState: () => kept,
      setState: (state) => {
        this.state = JSON.parse(JSON.stringify(state));
      },
    };
    startPage(window, editor);
  }

  hear(data: ToPage): void {
    this.window.dispatchEvent(Object.assign(new this.window.Event("message"), { data }));
  }

  show(shown: Review = review(), revision = 1): void {
    this.hear({ type: "review", review: shown, request, revision });
  }

  find(selector: string): Element {
    const found = this.document.querySelector(selector);
    assert.ok(found, selector);
    return found;
  }

  /** Presses an element; whether the editor's own handling of it was kept out. */
  press(target: Element): boolean {
    const event = new this.window.Event("click", { bubbles: true, cancelable: true });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  }

  /** Opens or closes a fold, as a browser does: the attribute first, then the event. */
  toggle(name: string): void {
    const fold = this.find(`[data-fold="${name}"]`);
    fold.toggleAttribute("open");
    // In a browser this event does not bubble and is caught on the way down, which linkedom does not do.
    fold.dispatchEvent(new this.window.Event("toggle", { bubbles: true }));
  }

  isOpen(name: string): boolean {
    return this.find(`[data-fold="${name}"]`).hasAttribute("open");
  }

  button(title: string): Element {
    const found = [...this.document.querySelectorAll("button")].find((button) => textOf(button) === title);
    assert.ok(found, title);
    return found;
  }

  get last(): FromPage | undefined {
    return this.said.at(-1);
  }

  get notice(): string {
    return textOf(this.find(".notice"));
  }
}

let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});

describe("the page", () => {
  it("says that it is ready, and shows the review that then arrives", () => {
    assert.deepEqual(opened.said, [{ type: "ready" }]);
    opened.show();
    assert.equal(textOf(opened.find("h1")), "Evaluation");
    assert.equal(opened.document.querySelectorAll("section").length, 6);
  });

  it("shows why its review may be old until a new one arrives", () => {
    opened.show();
    opened.hear({ type: "notice", text: "The server is not running." });
    assert.equal(opened.notice, "The server is not running.");
    opened.press(opened.button("Show the LaTeX"));
    assert.equal(opened.notice, "The server is not running.", "also when something is unfolded meanwhile");
    opened.show(review(), 2);
    assert.equal(opened.notice, "");
  });

  it("survives a notice that comes before any review", () => {
    opened.hear({ type: "notice", text: "The server is not running." });
    opened.show();
    assert.equal(opened.notice, "");
  });
});

describe("pressing", () => {
  beforeEach(() => opened.show());

  it("a place tells the editor to go there, and keeps the browser from going anywhere", () => {
    const place = opened.find("#impossible .at");
    assert.equal(opened.press(place), true);
    assert.deepEqual(opened.last, { type: "jump", uri: "file:///paper/evaluation.tex", line: 23, column: 31 });
  });

  it("a link to a part scrolls to it and puts the focus on its heading", () => {
    const done: string[] = [];
    const section = opened.find("#twist");
    Object.assign(section, { scrollIntoView: () => done.push("scrolled") });
    Object.assign(section.querySelector("h2") as Element, { focus: () => done.push("focused") });
    assert.equal(opened.press(opened.find('nav a[href="#twist"]')), true);
    assert.deepEqual(done, ["scrolled", "focused"]);
    assert.deepEqual(opened.last, { type: "ready" }, "the editor is not asked");
  });

  it("a value's source opens the derivation that it is in, and goes to its row", () => {
    const gone: string[] = [];
    const row = opened.find("tr[id]");
    Object.assign(row, { scrollIntoView: () => gone.push("row"), focus: () => gone.push("focus") });
    opened.press(opened.find("a.source:not([data-uri])"));
    assert.ok(opened.isOpen("a1/derivation"));
    assert.deepEqual(gone, ["row", "focus"]);
  });

  it("the button beside the baseline asks for another one", () => {
    opened.press(opened.button("Choose baseline"));
    assert.deepEqual(opened.said.at(-1), { type: "choose-baseline" });
  });

  it("nothing, a review may say where to begin", () => {
    const gone: string[] = [];
    const part = opened.find("#twist");
    Object.assign(part, { scrollIntoView: () => gone.push("twist") });
    opened.hear({ type: "review", review: review(), request, revision: 2, focus: "twist" });
    assert.deepEqual(gone, ["twist"]);
  });

  it("a part of a link or button counts as the whole", () => {
    const inner = opened.document.createElement("em");
    opened.find("#twist button").append(inner);
    opened.press(inner);
    assert.deepEqual(opened.last, { type: "act", revision: 1, index: 2 });
  });

  it("a button that edits names its action and the review that it belongs to", () => {
    opened.show(review(), 5);
    opened.press(opened.button("Insert into paper"));
    assert.deepEqual(opened.last, { type: "act", revision: 5, index: 2 });
  });

  it("shows and hides the LaTeX, and copies it", () => {
    const toggle = opened.button("Show the LaTeX");
    const box = opened.find(`#${toggle.getAttribute("aria-controls")}`);
    opened.press(toggle);
    assert.equal(toggle.getAttribute("aria-expanded"), "true");
    assert.equal(box.hasAttribute("hidden"), false);
    opened.press(box.querySelector("button") as Element);
    assert.deepEqual(opened.last, { type: "copy", text: "\\paragraph{Coupled rank.} We let the lag set the rank.\n" });
    opened.press(toggle);
    assert.equal(box.hasAttribute("hidden"), true);
  });

  it("anywhere else does nothing", () => {
    const before = opened.said.length;
    assert.equal(opened.press(opened.find("#impossible p")), false);
    assert.equal(opened.said.length, before);
  });
});

describe("an update", () => {
  beforeEach(() => opened.show());

  it("keeps open what the reader opened, and closed what they closed", () => {
    opened.toggle("a1/derivation");
    opened.toggle("a2/derivation");
    opened.toggle("a2/derivation");
    opened.show(review(), 2);
    assert.equal(opened.isOpen("a1/derivation"), true);
    assert.equal(opened.isOpen("a2/derivation"), false);
  });

  it("keeps a fold open that goes and comes back", () => {
    opened.toggle("a1/derivation");
    opened.show({ ...review(), findings: [] }, 2);
    opened.show(review(), 3);
    assert.equal(opened.isOpen("a1/derivation"), true);
  });

  it("leaves the elements, and so the focus and the scroll position, where they are", () => {
    const button = opened.button("Insert into paper");
    const heading = opened.find("#twist h2");
    opened.show({ ...review(), findings: [], questions: [] }, 2);
    assert.equal(opened.button("Insert into paper"), button);
    assert.equal(opened.find("#twist h2"), heading);
    assert.equal(button.getAttribute("data-revision"), "2");
    assert.deepEqual(opened.scrolled, []);
  });

  it("to another section starts at its top", () => {
    opened.show({ ...review(), title: "Design" }, 2);
    assert.deepEqual(opened.scrolled, [0]);
  });
});

describe("what is kept for a reload of the window", () => {
  it("is the review, what is open, and where the reader was", () => {
    opened.show();
    opened.toggle("a1/derivation");
    assert.deepEqual(opened.state, { request, review: review(), open: ["a1/derivation"], scroll: 0 });
  });

  it("is shown at once, before the server answers, with buttons that are not current", () => {
    const again = new Opened({ request, review: review(), open: ["a1/derivation"], scroll: 420 });
    assert.equal(textOf(again.find("h1")), "Evaluation");
    assert.equal(again.isOpen("a1/derivation"), true);
    assert.deepEqual(again.scrolled, [420]);
    again.press(again.button("Write 1.2×"));
    assert.deepEqual(again.last, { type: "act", revision: 0, index: 0 });
  });
});
