// "Show What Was Read": one number per line, with what it is about, each place a link.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { TextDocument } from "vscode";
import { FactsPages, factsText, plain, SCHEME, valueText } from "../../src/facts";
import type { Fact, Facts } from "../../src/protocol";
import { Document, editor, reset, Uri } from "./vscode";

function fact(change: Partial<Fact> = {}): Fact {
  return {
    id: "main.tex|0",
    file: "main.tex",
    start: { line: 4, column: 11 },
    end: { line: 4, column: 17 },
    text: "0.80\\,s",
    value: 0.8,
    low: 0.795,
    high: 0.805,
    unit: "s",
    kind: "latency",
    qualifier: "exact",
    entity: "StalePipe",
    binding: "stated",
    context: {},
    ...change,
  };
}

const facts = (...all: Fact[]): Facts => ({ schema: "tanaka.facts/1", root: "main.tex", facts: all });
const bodyOf = (text: string) => text.split("\n").filter((line) => line.startsWith("  "));

describe("a number", () => {
  it("is written as a reader would", () => {
    const written: [number, string][] = [
      [0, "0"],
      [64, "64"],
      [0.8, "0.8"],
      [-3, "-3"],
      [999999, "999999"],
      [1e6, "1e6"],
      [1.3e10, "1.3e10"],
      [-2.5e9, "-2.5e9"],
      [1e10, "1e10"],
      [0.0005, "5e-4"],
      [0.1 + 0.2, "0.3"],
      [1.005e100, "1.005e100"],
    ];
    for (const [value, text] of written) {
      assert.equal(plain(value), text);
    }
  });

  it("keeps six digits, large or small", () => {
    for (const power of [-9, -4, -1, 0, 3, 6, 9, 15]) {
      for (const digits of [1, 1.5, 1.23456, 9.87654]) {
        const value = digits * 10 ** power;
        assert.ok(Math.abs(Number(plain(value)) / value - 1) < 5e-6, `${value} became ${plain(value)}`);
      }
    }
  });
});

describe("a value", () => {
  it("has its unit, and the interval that its rounding leaves open", () => {
    assert.equal(valueText(fact()), "0.8 s [0.795, 0.805]");
    assert.equal(valueText(fact({ low: 0.8, high: 0.8 })), "0.8 s");
  });

  it("has no unit when it is a count or a ratio", () => {
    assert.equal(valueText(fact({ value: 64, low: 64, high: 64, unit: "1" })), "64");
  });

  it("says where a side has no bound", () => {
    assert.equal(valueText(fact({ value: 1.8, low: null, high: 1.85, unit: "1" })), "1.8 [no bound, 1.85]");
    assert.equal(valueText(fact({ value: 2, low: 1.5, high: null, unit: "1" })), "2 [1.5, no bound]");
    assert.equal(valueText(fact({ value: 2, low: null, high: null, unit: "1" })), "2");
  });

  it("may be a range or a list", () => {
    assert.equal(valueText(fact({ value: [2, 4], qualifier: "range" })), "2 to 4 s");
    assert.equal(valueText(fact({ value: [2, 4, 8], qualifier: "list", unit: "1" })), "2, 4, 8");
  });

  it("may not have been understood", () => {
    assert.equal(valueText(fact({ value: null, low: null, high: null })), "not understood");
  });

  it("keeps the ends of a narrow interval apart", () => {
    assert.equal(valueText(fact({ value: 1.3e7, low: 1.29995e7, high: 1.30005e7 })), "1.3e7 s [1.29995e7, 1.30005e7]");
  });
});

describe("the page", () => {
  it("lists the numbers by file, each in aligned columns", () => {
    const text = factsText(
      facts(
        fact({ text: "64 nodes", value: 64, low: 64, high: 64, unit: "1", kind: "node_count", entity: "node" }),
        fact({ start: { line: 120, column: 3 } }),
        fact({ file: "sec/eval.tex", kind: "peak_compute", entity: null, binding: "none" }),
      ),
    );
    const lines = text.split("\n");
    assert.equal(lines[0], "What was read in main.tex: 3 numbers");
    assert.deepEqual(
      lines.filter((line) => line !== "" && !line.startsWith(" ")),
      ["What was read in main.tex: 3 numbers", "main.tex", "sec/eval.tex"],
    );
    const [first, second] = bodyOf(text);
    assert.match(first ?? "", /^ {2}main\.tex:4:11 +64 nodes +node count +64 +node \(stated\)$/);
    for (const column of ["node count", "node (stated)"]) {
      const other = column === "node count" ? "latency" : "StalePipe";
      assert.equal(first?.indexOf(column), second?.indexOf(other));
    }
    assert.ok(text.endsWith("\n") && !/[ \t]\n/.test(text), "no line ends in a space");
  });

  it("counts one number as one, and none as none", () => {
    assert.match(factsText(facts(fact())), /^What was read in main\.tex: 1 number\n/);
    assert.equal(factsText(facts()), "What was read in main.tex: 0 numbers\n");
  });

  it("keeps a line for each number, whatever its text", () => {
    const long = "x".repeat(80);
    const text = factsText(facts(fact({ text: "ten\n  billion\tparameters" }), fact({ text: long, kind: long })));
    const lines = bodyOf(text);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", / ten billion parameters /);
    assert.match(lines[1] ?? "", /x{80} x{80} 0\.8 s/);
  });

  it("says what a number is about and how that is known", () => {
    const about = (change: Partial<Fact>) =>
      bodyOf(factsText(facts(fact(change))))[0]
        ?.split("] ")
        .at(-1)
        ?.trim();
    assert.equal(
      about({ context: { device: "a100", gpus: 8, none: null, empty: "" } }),
      "StalePipe, device a100, gpus 8 (stated)",
    );
    assert.equal(about({ binding: "none" }), "StalePipe");
    assert.equal(about({ entity: "", context: { row: "ours" } }), "row ours (stated)");
  });

  it("uses the words of the server where it sends them", () => {
    const told = {
      value: "200 Gb/s = 25 GB/s",
      may_be: "[199.5, 200.5] Gb/s",
      kind: "link bandwidth",
      about: [
        { role: "about", value: "StalePipe", how: "stated in its sentence" },
        { role: "device", value: "A100", how: "the set-up of its section, eval.tex:3" },
      ],
    };
    const line = (change: Partial<Fact>) => bodyOf(factsText(facts(fact(change))))[0]?.replaceAll(/ +/g, " ");
    assert.equal(
      line({ text: "200\\,Gb/s", told }),
      " main.tex:4:11 200\\,Gb/s link bandwidth 200 Gb/s = 25 GB/s [199.5, 200.5] Gb/s " +
        "StalePipe (stated in its sentence), device A100 (the set-up of its section, eval.tex:3)",
    );
    const open = { ...told, may_be: "", about: [{ role: "about", value: "not known", how: "" }] };
    assert.ok(line({ told: open })?.endsWith("25 GB/s about: not known"));
  });
});

describe("the document", () => {
  let pages: FactsPages;
  beforeEach(() => {
    reset();
    pages = new FactsPages();
  });

  async function show(all: Facts, root = Uri.file("/my paper/main.tex")) {
    await pages.show(all, root as never);
    const { uri } = editor.shown.at(-1) as { uri: Uri };
    const document = new Document(uri, pages.provideTextDocumentContent(uri as never));
    return { uri, links: pages.provideDocumentLinks(document as unknown as TextDocument), document };
  }

  it("opens read-only beside the paper, under the paper's name", async () => {
    const { uri } = await show(facts(fact()));
    assert.equal(uri.scheme, SCHEME);
    assert.equal(uri.path, "/What was read in main.tex");
    assert.ok(editor.contentProviders.has(SCHEME));
  });

  it("has a link for each place, to its file beside the root", async () => {
    const { links, document } = await show(facts(fact(), fact({ file: "sec/a b.tex", start: { line: 9, column: 2 } })));
    assert.deepEqual(
      links.map(({ target }) => [target?.path, target?.fragment]),
      [
        ["/my paper/main.tex", "L4,11"],
        ["/my paper/sec/a b.tex", "L9,2"],
      ],
    );
    const covered = links.map(({ range }) =>
      document.lineAt(range.start.line).text.slice(range.start.character, range.end.character),
    );
    assert.deepEqual(covered, ["main.tex:4:11", "sec/a b.tex:9:2"]);
  });

  it("has a link to the right file when a name or a text looks like a place", async () => {
    const start = { line: 3, column: 4 };
    const odd = fact({ file: "a:1:2 b.tex", start, text: "main.tex:9:9 " });
    const { links } = await show(facts(fact({ file: "a", start }), odd));
    assert.deepEqual(
      links.map(({ target }) => [target?.path, target?.fragment]),
      [
        ["/my paper/a", "L3,4"],
        ["/my paper/a:1:2 b.tex", "L3,4"],
      ],
    );
  });

  it("says what to do when the window was reloaded meanwhile", () => {
    const old = Uri.parse(`${SCHEME}:///What%20was%20read%20in%20main.tex`);
    assert.match(pages.provideTextDocumentContent(old as never), /Run the command again/);
    assert.deepEqual(pages.provideDocumentLinks(new Document(old, "  main.tex:1:1 x") as unknown as TextDocument), []);
  });

  it("shows what was read last, and tells the editor that it changed", async () => {
    const changed: unknown[] = [];
    pages.onDidChange((uri) => changed.push(uri));
    await show(facts(fact()));
    const { uri } = await show(facts(fact(), fact()));
    assert.match(pages.provideTextDocumentContent(uri as never), /2 numbers/);
    assert.equal(changed.length, 2);
  });

  it("keeps papers of the same name apart", async () => {
    const one = await show(facts(fact()), Uri.file("/one/main.tex"));
    const two = await show(facts(), Uri.file("/two/main.tex"));
    assert.notEqual(one.uri.toString(), two.uri.toString());
    assert.match(pages.provideTextDocumentContent(one.uri as never), /1 number\n/);
  });
});
