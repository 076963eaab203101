// What both sides of the panel agree on: the order of the actions, by which a button is named.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Action, actionsOf, type FindingRow, type Part, type Review } from "../../src/protocol";
import { review } from "./fixture";

const action = (title: string): Action => ({ title });
const titles = (of: Review) => actionsOf(of).map(({ title }) => title);

function row(...actions: string[]): FindingRow {
  const [first] = review().findings;
  return { ...(first as FindingRow), actions: actions.map(action) };
}

function part(findings: FindingRow[], ...actions: string[]): Part {
  return { id: "twist", title: "", voice: [], findings, figures: [], actions: actions.map(action) };
}

describe("the actions of a review", () => {
  it("come in reading order: the findings, then part by part its findings and its own, then the review's", () => {
    const whole: Review = {
      ...review(),
      findings: [row("1", "2"), row(), row("3")],
      parts: [part([row("4")], "5"), part([], "6"), part([row("7"), row("8")])],
      actions: [action("9"), action("10")],
    };
    assert.deepEqual(titles(whole), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  });

  it("are the same after the review was sent as a message", () => {
    const sent = JSON.parse(JSON.stringify(review())) as Review;
    assert.deepEqual(actionsOf(sent), actionsOf(review()));
    assert.deepEqual(titles(sent), [
      "Write 1.2×",
      "Add straggler experiment",
      "Insert into paper",
      "Show the ledger as LaTeX",
    ]);
  });

  it("are none where there are none", () => {
    assert.deepEqual(actionsOf({ ...review(), findings: [], parts: [], actions: [] }), []);
  });
});
