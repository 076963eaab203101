// The page of a review: what is surest first, four parts, the questions; everything reachable, nothing taken for markup.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionsOf, type Figure, type FindingRow, type Part, type Review, type Table } from "../../src/protocol";
import { morph } from "../../webview/morph";
import { coverageText, type Page, render } from "../../webview/render";
import { lineOf, page, parser, textOf } from "./dom";
import { place, review, waitPlot } from "./fixture";
import { Random } from "./random";

const { document } = page();

function shown(of: Review = review(), change: Partial<Page> = {}): HTMLElement {
  return render({ document, parser, open: new Set(), notice: "", revision: 7, ...change }, of);
}

const all = (within: Element, selector: string) => [...within.querySelectorAll(selector)];
const texts = (within: Element, selector: string) => all(within, selector).map(textOf);
const attributes = (elements: Element[], name: string) => elements.map((element) => element.getAttribute(name));
const partOf = (main: Element, id: string) => main.querySelector(`#${id}`) as Element;

function only<T>(found: T[]): T {
  assert.equal(found.length, 1);
  return found[0] as T;
}

/** The fixture with one of its parts changed. */
function withPart(id: Part["id"], change: Partial<Part>): Review {
  const whole = review();
  return { ...whole, parts: whole.parts.map((part) => (part.id === id ? { ...part, ...change } : part)) };
}

const bare = { voice: [], findings: [], figures: [], actions: [] } satisfies Partial<Part>;

function finding(change: Partial<FindingRow>): FindingRow {
  const [first] = review().findings;
  return { ...(first as FindingRow), ...change };
}

describe("the head of the page", () => {
  it("names what is reviewed, where it is, what was checked and who speaks", () => {
    const head = shown().querySelector("header") as Element;
    assert.equal(textOf(head.querySelector("h1")), "Evaluation");
    assert.equal(textOf(head.querySelector("a.at")), "evaluation.tex:3");
    assert.equal(textOf(head.querySelector("[role=status]")), "41 numbers · 38 read · 17 checked · 12 consistent");
    assert.match(textOf(head), /engine only/);
  });

  it("says one number of one", () => {
    assert.equal(
      coverageText({ quantities: 1, read: 1, bound: 0, checked: 0, consistent: 0 }),
      "1 number · 1 read · 0 checked · 0 consistent",
    );
  });

  it("counts each verdict, with its mark, and leaves out what there is none of", () => {
    assert.deepEqual(texts(shown(), ".tally > *"), ["2 impossible", "1 implausible", "2 open"]);
    const clean = { ...review(), tally: { impossible: 0, implausible: 0, open: 2 } };
    assert.deepEqual(texts(shown(clean), ".tally > *"), ["2 open"]);
  });

  it("leads from each count to where these findings are", () => {
    assert.deepEqual(attributes(all(shown(), ".tally a"), "href"), [
      "#impossible",
      "#mechanism-stress-test",
      "#questions",
    ]);
    const loose = { ...withPart("mechanism-stress-test", bare) };
    assert.deepEqual(attributes(all(shown(loose), ".tally a"), "href"), ["#impossible", "#implausible", "#questions"]);
    const elsewhere = { ...withPart("mechanism-stress-test", bare), findings: [], questions: [] };
    assert.deepEqual(
      texts(shown(elsewhere), ".tally span"),
      ["2 impossible", "1 implausible", "2 open"],
      "no dead links",
    );
  });

  it("lists the parts and the questions", () => {
    const nav = shown().querySelector("nav") as Element;
    assert.deepEqual(texts(nav, "a"), [
      "The Mirror",
      "The Novelty Gap",
      "The Mechanism Stress Test",
      "The Twist",
      "Questions",
    ]);
    assert.ok(nav.getAttribute("aria-label"));
    assert.equal(texts(shown({ ...review(), questions: [] }), "nav a").length, 4);
  });

  it("has a place for a notice that is empty as long as there is none", () => {
    assert.equal(shown().querySelector(".notice")?.childNodes.length, 0);
    assert.equal(
      textOf(shown(review(), { notice: "The server is not running." }).querySelector(".notice")),
      "The server is not running.",
    );
  });
});

describe("the order", () => {
  it("is proofs, the four parts, the questions, the footer", () => {
    const main = shown();
    assert.deepEqual(attributes(all(main, "section"), "id"), [
      "impossible",
      "mirror",
      "novelty-gap",
      "mechanism-stress-test",
      "twist",
      "questions",
    ]);
    assert.deepEqual(texts(main, "h2"), [
      "Two statements cannot be true",
      "The Mirror",
      "The Novelty Gap",
      "The Mechanism Stress Test",
      "The Twist",
      "Questions, 2 of 3 open",
    ]);
    assert.equal(main.lastElementChild?.localName, "footer");
  });

  it("has one first heading, and no gap in their levels", () => {
    const levels = all(shown(), "h1, h2, h3, h4").map(({ localName }) => Number(localName.slice(1)));
    assert.equal(levels.filter((level) => level === 1).length, 1);
    levels.forEach((level, i) => {
      assert.ok(level <= (levels[i - 1] ?? 0) + 1);
    });
  });

  it("names each section by its heading", () => {
    for (const section of all(shown(), "section")) {
      const heading = section.querySelector("h2");
      assert.equal(section.getAttribute("aria-labelledby"), heading?.id);
      assert.equal(heading?.getAttribute("tabindex"), "-1", "the focus can go there");
    }
  });

  it("shows each finding once: a proof first of all, the others in the part that argues from them", () => {
    assert.deepEqual(attributes(all(shown(), ".findings > li"), "data-key"), ["a1", "a2", "a3"]);
    const inPart = withPart("twist", { findings: [finding({ fingerprint: "a9" })] });
    const keys = attributes(all(shown(inPart), "#impossible .findings > li"), "data-key");
    assert.deepEqual(keys, ["a1", "a2", "a9"], "also a proof that only a part has");
  });

  it("writes small counts as words", () => {
    const title = (n: number) => {
      const findings = Array.from({ length: n }, (_, i) => finding({ fingerprint: `f${i}` }));
      return textOf(shown({ ...review(), findings }).querySelector("#impossible h2"));
    };
    assert.equal(title(1), "One statement cannot be true");
    assert.equal(title(12), "Twelve statements cannot be true");
    assert.equal(title(13), "13 statements cannot be true");
    const doubt = finding({ verdict: "implausible", fingerprint: "d" });
    assert.equal(
      textOf(shown({ ...review(), findings: [doubt] }).querySelector("#implausible h2")),
      "One statement is hard to believe",
    );
  });
});

describe("a finding", () => {
  const first = () => shown().querySelector(".findings > li") as Element;

  it("is a mark with its word, a sentence and a place, in that order", () => {
    const [mark, sentence, where] = [...first().children];
    assert.equal(mark?.getAttribute("aria-label"), "impossible");
    assert.equal(
      textOf(sentence),
      "0.96 s / 0.80 s is 1.20, not 1.6. No reading of the two step times comes nearer than 1.21.",
    );
    assert.equal(textOf(sentence?.querySelector(".say")), "0.96 s / 0.80 s is 1.20, not 1.6.");
    assert.deepEqual(
      ["data-uri", "data-line", "data-column"].map((name) => where?.getAttribute(name)),
      ["file:///paper/evaluation.tex", "23", "31"],
    );
    assert.equal(textOf(where), "evaluation.tex:24");
  });

  it("folds its derivation, row by row, with the sum told from the rest", () => {
    const fold = first().querySelector("details") as Element;
    assert.equal(textOf(fold.querySelector("summary")), "Derivation, TK101");
    assert.equal(fold.hasAttribute("open"), false);
    assert.deepEqual(texts(fold, "th"), ["baseline, step", "ours, step", "speedup", "speedup, as written"]);
    assert.deepEqual(texts(fold, ".number"), ["0.96", "0.80", "1.200", "1.6"]);
    assert.deepEqual(texts(fold, ".unit"), ["s", "s", "×", "×"]);
    assert.deepEqual(texts(fold, ".sum th"), ["speedup"]);
    assert.ok(attributes(all(fold, "th"), "scope").every((scope) => scope === "row"));
  });

  it("names the source of a number, and of a stated one only its place", () => {
    const at = place("sections/eval.tex", 9);
    const sources: [source: string, at: typeof at | undefined, last: string, detail: string][] = [
      ["stated", at, "sections/eval.tex:9", "d"],
      ["stated, sections/eval.tex:9", at, "sections/eval.tex:9", "d"],
      [
        "sections/eval.tex:9, inferred: the caption, and the row",
        at,
        "sections/eval.tex:9",
        "d, inferred: the caption, and the row",
      ],
      ["NVIDIA A100 datasheet", undefined, "NVIDIA A100 datasheet", "d"],
      ["stated", undefined, "stated", "d"],
      ["", undefined, "", "d"],
    ];
    for (const [source, where, last, detail] of sources) {
      const row = { label: "l", value: "1", unit: "s", detail: "d", source, ...(where ? { at: where } : {}) };
      const cells = texts(shown({ ...review(), findings: [finding({ derivation: [row] })] }), ".derivation td");
      assert.deepEqual(cells.slice(2), [detail, last]);
    }
  });

  it("opens the folds that were open, and no others", () => {
    const open = attributes(all(shown(review(), { open: new Set(["a2/derivation"]) }), "details[open]"), "data-fold");
    assert.deepEqual(open, ["a2/derivation"]);
    const names = attributes(all(shown(), "details"), "data-fold");
    assert.deepEqual(names, ["a1/derivation", "a2/derivation", "a3/figure-0"]);
  });
});

describe("a part", () => {
  it("speaks in paragraphs, with its links and its strong words", () => {
    const part = partOf(shown(), "mechanism-stress-test");
    assert.deepEqual(texts(part, ".voice p"), [
      "Show me the slowest of your 64 nodes. You report one mean, and the barrier waits for the maximum.",
      "Your step gains 1.20× [F], in 0.80 s [l. 24], with 5% [assumed] between nodes.",
    ]);
    assert.match(
      textOf(part.querySelector(".survive")),
      /^To survive review: slow one node .* beside evaluation\.tex:31\.$/,
    );
    assert.equal(textOf(part.querySelector(".survive strong")), "To survive review:");
    assert.equal(part.querySelector(".survive a")?.getAttribute("data-line"), "30");
  });

  it("says behind each value where it is from: a line of the paper, or the row that it was worked out in", () => {
    const main = shown();
    const [worked, stated, assumed] = all(partOf(main, "mechanism-stress-test"), ".source") as [
      Element,
      Element,
      Element,
    ];
    const row = main.querySelector(worked.getAttribute("href") ?? "none");
    assert.match(textOf(row), /^speedup/);
    assert.equal(row?.closest("details")?.getAttribute("data-fold"), "a1/derivation");
    assert.deepEqual([textOf(stated), stated.getAttribute("data-line")], ["l. 24", "23"]);
    assert.deepEqual([assumed.localName, textOf(assumed)], ["span", "assumed"], "it leads nowhere, and is no link");
    const values = all(partOf(main, "mechanism-stress-test"), "a.value");
    assert.deepEqual(values.map(textOf), ["1.20×", "0.80 s"]);
  });

  it("sets a place in the paper's face, and a value that leads to one like the words around it", () => {
    const at = place("evaluation.tex", 24);
    const voice = [[{ text: "0.80 s", at, strong: true }, { text: " at " }, { text: "evaluation.tex:24", at }]];
    const part = partOf(shown(withPart("twist", { voice })), "twist");
    assert.deepEqual(
      all(part, ".voice a").map((link) => [link.className, textOf(link), link.getAttribute("data-line")]),
      [
        ["value", "0.80 s", "23"],
        ["at", "evaluation.tex:24", "23"],
      ],
    );
    assert.equal(textOf(part.querySelector(".voice strong")), "0.80 s");
  });

  it("does not lead to a row that is not on the page", () => {
    const voice = [[{ text: "1.20×", step: "gone#r", mark: "[F]" }]];
    const part = partOf(shown(withPart("twist", { voice })), "twist");
    assert.equal(part.querySelector(".voice a"), null);
    assert.equal(textOf(part.querySelector(".voice p")), "1.20× [F]");
  });

  it("names a row once, also where two steps have one symbol or none", () => {
    const step = { label: "x", value: "1", unit: "s", detail: "", source: "computed" };
    const derivation = [{ ...step, symbol: "t" }, { ...step, symbol: "t" }, { ...step, symbol: "" }, step];
    const main = shown({ ...review(), findings: [finding({ derivation })], parts: [] });
    assert.equal(all(main, "tr[id]").length, 1);
  });

  it("shows a control law as mathematics", () => {
    assert.equal(
      textOf(partOf(shown(), "twist").querySelector("p[role=math]")),
      "r(t + 1) = clip(r(t) · √(s* / s(t)), 4, 128)",
    );
  });

  it("with nothing in it says one honest line", () => {
    assert.equal(
      textOf(partOf(shown(), "novelty-gap")),
      "The Novelty GapI could not break this with the numbers stated.",
    );
    assert.equal(all(shown(), ".measure").filter((p) => textOf(p).startsWith("I could not")).length, 1);
  });

  it("with anything in it does not say that line", () => {
    const table = { head: [], rows: [[[{ text: "knob" }], [{ text: "rank" }]]] };
    const contents: Partial<Part>[] = [
      { voice: [[{ text: "Why?" }]] },
      { findings: [finding({ verdict: "open" })] },
      { figures: [waitPlot()] },
      { table },
    ];
    for (const content of contents) {
      const part = partOf(shown(withPart("novelty-gap", { ...bare, ...content })), "novelty-gap");
      assert.equal(part.querySelector('[data-key="empty"]'), null, Object.keys(content).join());
      assert.doesNotMatch(textOf(part), /could not break/);
    }
  });

  it("whose only finding is a proof does not say that it was not broken, but where the proof is", () => {
    const part = partOf(shown(withPart("novelty-gap", { findings: [finding({})] })), "novelty-gap");
    assert.doesNotMatch(textOf(part), /could not break/);
    assert.equal(part.querySelector("a")?.getAttribute("href"), "#impossible");
  });
});

describe("the baseline", () => {
  const line = (of: Review) => shown(of).querySelector(".baseline") as Element;

  it("is named with who chose it, leads to the paper, and can be chosen anew", () => {
    const found = line(review());
    assert.equal(textOf(found), "Against proposal_call.pdf, found beside the root. Choose baseline");
    assert.equal(found.querySelector("a")?.getAttribute("data-uri"), "file:///paper/proposal_call.pdf");
    const baseline = { uri: "file:///b.tex", name: "b.tex", chosen: "given" };
    assert.match(textOf(line({ ...review(), baseline })), /b\.tex, your choice\./);
    assert.match(
      textOf(line({ ...review(), baseline: { ...baseline, chosen: "tanaka.toml" } })),
      /named in tanaka\.toml/,
    );
  });

  it("is offered where there is none", () => {
    assert.equal(textOf(line({ ...review(), baseline: null })), "No baseline paper. Choose baseline");
  });
});

describe("a page that is still being made", () => {
  it("shows the parts that have come, is busy, and nothing below them that would be pushed down", () => {
    const parts = review().parts.slice(0, 2);
    const main = shown({ ...review(), parts }, { partial: true });
    assert.equal(main.getAttribute("aria-busy"), "true");
    assert.ok(main.querySelector("#novelty-gap"));
    assert.equal(main.querySelector("#questions"), null);
    assert.equal(main.querySelector("footer"), null);
    assert.equal(shown().getAttribute("aria-busy"), null);
  });

  it("grows without touching what was there", () => {
    const main = shown({ ...review(), parts: [] }, { partial: true });
    const findings = main.querySelector("#impossible");
    for (let i = 1; i <= review().parts.length; i++) {
      morph(main, shown({ ...review(), parts: review().parts.slice(0, i) }, { partial: true }));
    }
    const mirror = main.querySelector("#mirror .voice p");
    morph(main, shown());
    assert.equal(main.querySelector("#impossible"), findings);
    assert.equal(main.querySelector("#mirror .voice p"), mirror);
    assert.equal(textOf(main), textOf(shown()));
  });
});

describe("a table", () => {
  const tableOf = (table: Table) =>
    partOf(shown(withPart("mirror", { table })), "mirror").querySelector("table") as Element;

  it("with a head has named columns, the paper's words in the paper's face, and its places at the right edge", () => {
    const table = partOf(shown(), "mirror").querySelector("table") as Element;
    assert.deepEqual(texts(table, "thead th"), ["Read as", "Mechanism", "In your words"]);
    assert.ok(attributes(all(table, "thead th"), "scope").every((scope) => scope === "col"));
    assert.deepEqual(texts(table, ".paper"), [
      "four stages, as in the baseline",
      "no rank waits",
      "a bounded log of updates",
    ]);
    assert.deepEqual(texts(table, "td.end a"), ["design.tex:5", "design.tex:7", "design.tex:8"]);
  });

  it("that quotes two papers has each place below its words, and none where there is none", () => {
    const at = (file: string, line: number) => [{ text: `${file}:${line}`, at: place(file, line) }];
    const table = tableOf({
      head: ["Delta", "Mechanism", "In your words", "", "In the baseline's words", ""],
      rows: [
        [
          [{ text: "kept" }],
          [{ text: "pipeline" }],
          [{ text: "four stages" }],
          at("a.tex", 5),
          [{ text: "eight" }],
          at("b.pdf", 2),
        ],
        [[{ text: "added" }], [{ text: "log" }], [{ text: "a log" }], at("a.tex", 8), [{ text: "" }], [{ text: "" }]],
      ],
    });
    assert.deepEqual(texts(table, "thead th"), ["Delta", "Mechanism", "In your words", "In the baseline's words"]);
    assert.deepEqual(
      all(table, "tbody tr").map((row) => texts(row, "td")),
      [
        ["kept", "pipeline", "four stagesa.tex:5", "eightb.pdf:2"],
        ["added", "log", "a loga.tex:8", ""],
      ],
    );
    assert.equal(table.querySelectorAll("td.paper").length, 4);
    assert.equal(table.querySelectorAll("td p").length, 3);
  });

  it("without one has its rows named by their first cell", () => {
    const table = partOf(shown(), "twist").querySelector("table") as Element;
    assert.equal(table.querySelector("thead"), null);
    assert.deepEqual(texts(table, "th"), ["knob", "signal", "experiment"]);
    assert.ok(attributes(all(table, "th"), "scope").every((scope) => scope === "row"));
  });

  it("without rows is not there", () => {
    const part = partOf(shown(withPart("mirror", { table: { head: ["a"], rows: [] }, voice: [] })), "mirror");
    assert.equal(part.querySelector("table"), null);
    assert.match(textOf(part), /I could not break this/);
  });

  it("puts a last column of places and of words at the same edge", () => {
    const table = tableOf({
      head: ["Work", "In your draft"],
      rows: [
        [[{ text: "SSP" }], [{ text: "related.tex:11", at: place("related.tex", 11) }]],
        [[{ text: "DSSP" }], [{ text: "not named" }]],
      ],
    });
    assert.deepEqual(texts(table, ".end"), ["In your draft", "related.tex:11", "not named"]);
  });
});

describe("a figure", () => {
  const figureOf = (figure: Figure) =>
    partOf(shown(withPart("twist", { figures: [figure] })), "twist").querySelector("figure") as Element;

  it("is a drawing that the keyboard can scroll, and that says what it shows", () => {
    const box = figureOf(waitPlot()).querySelector(".drawing") as Element;
    assert.equal(box.getAttribute("tabindex"), "0");
    assert.equal(box.getAttribute("aria-label"), "Wait for the slowest of n nodes");
    const drawn = box.querySelector("svg") as Element;
    assert.equal(drawn.getAttribute("role"), "img");
    for (const id of (drawn.getAttribute("aria-labelledby") ?? "").split(" ")) {
      assert.ok(drawn.querySelector(`#${id}`), `${id} is in the drawing`);
    }
  });

  it("without words of its own is named by its title", () => {
    const drawn = figureOf({ ...waitPlot(), svg: `<svg xmlns="http://www.w3.org/2000/svg"/>` }).querySelector("svg");
    assert.equal(drawn?.getAttribute("aria-label"), "Wait for the slowest of n nodes");
  });

  it("prints its title and its equations once, in the drawing or beside it", () => {
    const plot = waitPlot();
    const whole = figureOf(plot);
    assert.equal(whole.querySelector("figcaption"), null);
    assert.equal(whole.querySelector(".title"), null);
    const more = figureOf({ ...plot, title: "Curves", equations: [...plot.equations, "2 × 3 = 6"] });
    assert.deepEqual(texts(more, "figcaption p"), ["2 × 3 = 6"]);
    assert.equal(textOf(more.querySelector(".title")), "Curves");
  });

  it("that is refused says why, and still prints its equations", () => {
    const figure = figureOf({ ...waitPlot(), svg: `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>` });
    assert.equal(figure.querySelector("svg, script"), null);
    assert.match(textOf(figure), /This drawing was refused: it holds <script>\./);
    assert.match(textOf(figure), /93\.8 ms of waiting/);
  });
});

describe("the buttons", () => {
  const acting = (main: Element) => all(main, "button[data-act]");

  it("name their action by its place among all of the review", () => {
    const whole = review();
    const titles = actionsOf(whole).map(({ title }) => title);
    for (const button of acting(shown(whole))) {
      assert.equal(titles[Number(button.getAttribute("data-act"))], textOf(button));
      assert.equal(button.getAttribute("data-revision"), "7");
    }
    assert.deepEqual(texts(shown(whole), "button[data-act]"), [
      "Write 1.2×",
      "Add straggler experiment",
      "Insert into paper",
    ]);
  });

  it("have one that stands out", () => {
    assert.deepEqual(texts(shown(), "button.primary"), ["Insert into paper"]);
    const two = withPart("mirror", { actions: [{ title: "Other", primary: true, edit: {} }] });
    assert.deepEqual(texts(shown(two), "button.primary"), ["Other"], "the first, if two want to");
  });

  it("show LaTeX that is folded, and copy it", () => {
    const part = partOf(shown(), "twist");
    const toggle = only(all(part, "button[data-toggle]"));
    assert.equal(textOf(toggle), "Show the LaTeX");
    assert.equal(toggle.getAttribute("aria-expanded"), "false");
    const box = part.querySelector(`#${toggle.getAttribute("aria-controls")}`) as Element;
    assert.ok(box.hasAttribute("hidden"));
    assert.equal(textOf(box.querySelector("pre")), "\\paragraph{Coupled rank.} We let the lag set the rank.");
    assert.equal(box.querySelector("button")?.getAttribute("data-copy"), box.id);
    const open = new Set([toggle.getAttribute("data-toggle") ?? ""]);
    const opened = partOf(shown(review(), { open }), "twist");
    assert.equal(opened.querySelector("button[data-toggle]")?.getAttribute("aria-expanded"), "true");
    assert.equal(opened.querySelector(".latex")?.hasAttribute("hidden"), false);
  });

  it("that only show LaTeX have their own title", () => {
    assert.deepEqual(texts(partOf(shown(), "questions"), "button[data-toggle]"), ["Show the ledger as LaTeX"]);
  });

  it("show a text that two actions share once, and two texts under one title apart", () => {
    const latex = "\\paragraph{A}";
    const shared = [
      { title: "Insert into paper", edit: {}, latex },
      { title: "Show the LaTeX", latex },
    ];
    const part = partOf(shown(withPart("twist", { actions: shared })), "twist");
    assert.deepEqual(texts(part, "button[data-toggle]"), ["Show the LaTeX"]);
    const alike = [
      { title: "Show", latex: "a" },
      { title: "Show", latex: "b" },
    ];
    const names = attributes(
      all(partOf(shown(withPart("twist", { actions: alike })), "twist"), "button[data-toggle]"),
      "data-toggle",
    );
    assert.equal(new Set(names).size, 2);
  });
});

describe("the questions", () => {
  it("are a list that is read out when it changes, each with its state in words", () => {
    const list = partOf(shown(), "questions").querySelector("ul") as Element;
    assert.equal(list.getAttribute("aria-live"), "polite");
    assert.deepEqual(texts(list, "li > span"), [
      "open: What happens when one node is slow?",
      "open: Which loss do both systems reach in equal time?",
      "answered: Is the staleness bounded?",
    ]);
    assert.deepEqual(texts(list, ".at"), ["evaluation.tex:31", "evaluation.tex:44", "design.tex:8"]);
    assert.equal(list.querySelector("input"), null, "they are marks: nobody can tick them by hand");
  });

  it("are not there when there are none, and what is left to do has a heading of its own", () => {
    assert.equal(textOf(partOf(shown({ ...review(), questions: [] }), "questions").querySelector("h2")), "Next");
    assert.equal(shown({ ...review(), questions: [], actions: [] }).querySelector("#questions"), null);
  });
});

describe("an update", () => {
  it("ticks a question in its own place and leaves the others alone", () => {
    const main = shown();
    const items = all(main, ".asks > li");
    const whole = review();
    const questions = whole.questions.map((question, i) => ({ ...question, answered: question.answered || i === 0 }));
    morph(main, shown({ ...whole, questions }));
    assert.deepEqual(all(main, ".asks > li"), items);
    assert.match(textOf(items[0]), /^answered: What happens/);
    assert.equal(items[0]?.getAttribute("class"), "answered");
    assert.equal(textOf(main.querySelector("#questions h2")), "Questions, 1 of 3 open");
  });

  it("keeps the elements of every finding that stays when one is mended", () => {
    const main = shown();
    const [, second, third] = all(main, ".findings > li");
    const [, mended, doubt] = review().findings;
    morph(main, shown({ ...review(), findings: [mended, doubt] as FindingRow[] }));
    assert.deepEqual(all(main, ".findings > li"), [second, third]);
  });

  it("never makes one button of another: a second press would do something else", () => {
    const actions = ["Write 1.2×", "Write 1.21×"].map((title) => ({ title, edit: {} }));
    const both = { ...review(), findings: [finding({ actions })] };
    const main = shown(both);
    const [, second] = all(main, "#impossible button");
    morph(main, shown({ ...both, findings: [finding({ actions: actions.slice(1) })] }));
    assert.equal(only(all(main, "#impossible button")), second);
  });

  it("keeps the list of findings when the voice above it goes", () => {
    const main = shown();
    const list = partOf(main, "mechanism-stress-test").querySelector("ul");
    morph(main, shown(withPart("mechanism-stress-test", { voice: [] })));
    assert.equal(partOf(main, "mechanism-stress-test").querySelector("ul"), list);
  });
});

describe("text that looks like markup", () => {
  const HOSTILE = `</p><img src=x onerror="alert(1)"><script>alert(1)</script>`;

  /** The review with every text in it made hostile; drawings, verdicts and ids stay. */
  function poisoned(value: unknown, key = ""): unknown {
    if (typeof value === "string") {
      return ["svg", "verdict", "id", "schema", "scope"].includes(key) ? value : HOSTILE + value;
    }
    if (Array.isArray(value)) {
      return value.map((each) => poisoned(each, key));
    }
    return value !== null && typeof value === "object"
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, name)]))
      : value;
  }

  const main = shown(poisoned(review()) as Review);

  it("stays text, wherever it stands", () => {
    assert.equal(all(main, "img, script, iframe, object, embed, style, link, form, input").length, 0);
    for (const element of all(main, "*")) {
      for (const { name } of element.attributes) {
        assert.ok(!/^on|^style$|^srcdoc$/i.test(name), `${element.localName} has ${name}`);
      }
    }
    assert.ok(textOf(main.querySelector("h1")).startsWith("</p><img src=x"));
    assert.ok(main.outerHTML.includes("&lt;script&gt;"));
  });

  it("is nowhere an address: every link leads into the page", () => {
    for (const link of all(main, "a[href]")) {
      assert.match(link.getAttribute("href") ?? "", /^#/);
    }
  });
});

describe("any review", () => {
  const SEEDS = 40;

  it("can be shown, with everything in it reachable and everything named there", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const whole = new Random(seed).review();
      const main = shown(whole);
      const ids = all(main, "[id]").map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, `seed ${seed}: an id is there twice`);
      const has = (id: string | null) => id !== null && ids.includes(id);
      for (const element of all(main, "[aria-labelledby], [aria-controls]")) {
        const named = `${element.getAttribute("aria-labelledby") ?? ""} ${element.getAttribute("aria-controls") ?? ""}`;
        assert.ok(named.trim().split(/\s+/).every(has), `seed ${seed}: ${named}`);
      }
      for (const link of all(main, "a")) {
        const href = link.getAttribute("href");
        assert.ok(href?.startsWith("#"), `seed ${seed}: a link that the keyboard cannot reach`);
        assert.ok(link.hasAttribute("data-uri") || has((href ?? "").slice(1)), `seed ${seed}: ${href} leads nowhere`);
      }
      for (const button of all(main, "button")) {
        assert.equal(button.getAttribute("type"), "button");
        const does = ["data-act", "data-toggle", "data-copy", "data-choose"].filter((name) =>
          button.hasAttribute(name),
        );
        assert.equal(does.length, 1, `seed ${seed}: a button that does ${does}`);
      }
      for (const image of all(main, "svg")) {
        const named = ["aria-label", "aria-labelledby", "aria-hidden"].some((name) => image.hasAttribute(name));
        assert.ok(named, `seed ${seed}: an image without a name`);
      }
    }
  });

  it("gives each button its own action", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const whole = new Random(seed).review();
      const actions = actionsOf(whole);
      const indices = all(shown(whole), "button[data-act]").map((button) => Number(button.getAttribute("data-act")));
      assert.equal(new Set(indices).size, indices.length, `seed ${seed}`);
      assert.ok(
        indices.every((index) => actions[index]?.edit !== undefined),
        `seed ${seed}`,
      );
    }
  });

  it("can follow any other in place", () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new Random(seed);
      const main = shown(random.review());
      const next = random.review();
      const wanted = lineOf(shown(next));
      morph(main, shown(next));
      const got = lineOf(main);
      const differ = [...wanted].findIndex((character, i) => character !== got[i]);
      const around = (line: string) => line.slice(Math.max(0, differ - 80), differ + 80);
      assert.ok(got === wanted, `seed ${seed}:\n${around(got)}\n${around(wanted)}`);
    }
  });
});
