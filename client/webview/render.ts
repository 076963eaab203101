// Lays out a review: what is surest first, then the four parts, then the questions. Knows no editor; needs only a document.
import type {
  Action,
  Coverage,
  Figure,
  FindingRow,
  Part,
  Place,
  Question,
  Review,
  Row,
  Run,
  Table,
} from "../src/protocol";
import { actionsOf } from "../src/protocol";
import { takeDrawing } from "./drawing";
import { type Attributes, type Child, element } from "./element";
import { mark } from "./marks";

export interface Page {
  document: Document;
  parser: DOMParser;
  /** Names of the folds that are open; everything folded starts closed. */
  open: ReadonlySet<string>;
  /** Why what is shown may be old, or nothing. */
  notice: string;
  revision: number;
  /** More parts are on their way; what stands below them waits, so that nothing read is pushed down. */
  partial?: boolean;
}

/** Who chose a baseline, in the words of a sentence. */
const CHOSEN: Record<string, string> = { given: "your choice", "tanaka.toml": "named in tanaka.toml" };
const NOTHING_BROKEN = "I could not break this with the numbers stated.";
/** A column that quotes a paper, and so is set in the editor's face. */
const QUOTING = /\bwords$/;
const WORDS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

/** The whole page as a new `main` element. */
export function render(page: Page, review: Review): HTMLElement {
  return new Layout(page, review).main();
}

class Layout {
  private readonly indexOf: Map<Action, number>;
  private readonly firstPrimary: Action | undefined;
  private readonly proofs: FindingRow[];
  private readonly doubts: FindingRow[];
  /** Rows of derivations that are on the page, by what a run calls them. */
  private readonly steps: ReadonlySet<string>;
  private drawings = 0;

  constructor(
    private readonly page: Page,
    private readonly review: Review,
  ) {
    const actions = actionsOf(review);
    this.indexOf = new Map(actions.map((action, index) => [action, index]));
    this.firstPrimary = actions.find((action) => action.primary === true);
    // Each finding is shown once: proofs first of all, the others in the part that argues from them.
    const inParts = new Set(review.parts.flatMap((part) => part.findings.map((row) => row.fingerprint)));
    const proven = [...review.findings, ...review.parts.flatMap((part) => part.findings)].filter(
      (row) => row.verdict === "impossible",
    );
    this.proofs = proven.filter((row, i) => proven.findIndex((other) => other.fingerprint === row.fingerprint) === i);
    this.doubts = review.findings.filter((row) => row.verdict !== "impossible" && !inParts.has(row.fingerprint));
    const shown = [...this.proofs, ...this.doubts, ...review.parts.flatMap((part) => part.findings)];
    this.steps = new Set(shown.flatMap((row) => row.derivation.map((step) => stepName(row, step))));
  }

  main(): HTMLElement {
    const { review } = this;
    return this.el(
      "main",
      { "aria-busy": this.page.partial === true ? "true" : undefined },
      this.header(),
      this.findingsSection("impossible", this.proofs, " statement cannot be true", " statements cannot be true"),
      this.findingsSection(
        "implausible",
        this.doubts,
        " statement is hard to believe",
        " statements are hard to believe",
      ),
      ...review.parts.map((part) => this.part(part)),
      ...(this.page.partial === true ? [] : [this.questions(), this.el("footer", {}, this.el("p", {}, review.footer))]),
    );
  }

  private el(tag: string, attributes: Attributes = {}, ...children: Child[]) {
    return element(this.page.document, tag, attributes, ...children);
  }

  private header(): HTMLElement {
    const { review } = this;
    const { tally } = review;
    const counted = (verdict: "impossible" | "implausible" | "open") => {
      const target = this.sectionOf(verdict);
      const attributes = { "data-key": verdict, href: target === undefined ? undefined : `#${target}` };
      const content = [mark(this.page.document, verdict, false), `${tally[verdict]} ${verdict}`];
      return tally[verdict] === 0 ? undefined : this.el(target === undefined ? "span" : "a", attributes, ...content);
    };
    const link = (target: string, title: string) => this.el("a", { href: `#${target}`, "data-key": target }, title);
    const links = [
      ...review.parts.map((part) => link(part.id, part.title)),
      ...(review.questions.length > 0 ? [link("questions", "Questions")] : []),
    ];
    return this.el(
      "header",
      {},
      this.el("h1", {}, review.title),
      this.el("p", { class: "end" }, this.place(review.at)),
      this.el("p", { class: "quiet", role: "status" }, coverageText(review.coverage)),
      this.el("p", { class: "quiet end" }, review.source),
      this.baseline(),
      this.el("p", { class: "notice", role: "status" }, this.page.notice === "" ? undefined : this.page.notice),
      this.el("p", { class: "tally" }, counted("impossible"), counted("implausible"), counted("open")),
      this.el("nav", { "aria-label": "Parts" }, ...links),
    );
  }

  /** What the draft is read against, and the way to another. */
  private baseline(): HTMLElement {
    const { baseline } = this.review;
    const choose = this.el("button", { type: "button", class: "plain", "data-choose": "" }, "Choose baseline");
    return baseline === null || baseline === undefined
      ? this.el("p", { class: "quiet baseline", "data-key": "baseline" }, "No baseline paper. ", choose)
      : this.el(
          "p",
          { class: "quiet baseline", "data-key": "baseline" },
          "Against ",
          this.place({ label: baseline.name, uri: baseline.uri, line: 0, column: 0 }),
          `, ${CHOSEN[baseline.chosen] ?? baseline.chosen}. `,
          choose,
        );
  }

  /** The section that shows the findings of a verdict, if one does. */
  private sectionOf(verdict: "impossible" | "implausible" | "open"): string | undefined {
    const inPart = this.review.parts.find((part) => part.findings.some((row) => row.verdict === verdict))?.id;
    switch (verdict) {
      case "impossible":
        return this.proofs.length > 0 ? "impossible" : undefined;
      case "implausible":
        return this.doubts.some((row) => row.verdict === "implausible") ? "implausible" : inPart;
      case "open":
        return this.review.questions.length > 0 ? "questions" : inPart;
    }
  }

  private section(id: string, title: string, ...children: Child[]): HTMLElement {
    const heading = this.el("h2", { id: `h-${id}`, tabindex: -1 }, title);
    return this.el("section", { id, "aria-labelledby": `h-${id}`, "data-key": id }, heading, ...children);
  }

  private findingsSection(id: string, rows: FindingRow[], one: string, many: string): HTMLElement | undefined {
    if (rows.length === 0) {
      return undefined;
    }
    const number = WORDS[rows.length] ?? String(rows.length);
    return this.section(id, number + (rows.length === 1 ? one : many), this.findings(rows));
  }

  private findings(rows: FindingRow[]): HTMLElement {
    return this.el("ul", { class: "findings", "data-key": "findings" }, ...rows.map((row) => this.finding(row)));
  }

  private finding(row: FindingRow): HTMLElement {
    const folded = (name: string, summary: string, ...content: Child[]) =>
      this.fold(`${row.fingerprint}/${name}`, `${summary}, ${row.code}`, ...content);
    return this.el(
      "li",
      { "data-key": row.fingerprint },
      mark(this.page.document, row.verdict, true),
      this.el("p", {}, this.el("span", { class: "say" }, row.say), row.rest === "" ? undefined : ` ${row.rest}`),
      this.place(row.at),
      row.derivation.length > 0 ? folded("derivation", "Derivation", this.derivation(row)) : undefined,
      ...row.figures.map((figure, i) => folded(`figure-${i}`, figure.title || "Figure", this.figure(figure))),
      this.actions(row.actions, row.fingerprint),
    );
  }

  private fold(name: string, summary: string, ...content: Child[]): HTMLElement {
    const attributes = { "data-fold": name, "data-key": name, open: this.page.open.has(name) };
    return this.el("details", attributes, this.el("summary", {}, summary), ...content);
  }

  private derivation(of: FindingRow): HTMLElement {
    const named = new Set<string>();
    const line = (row: Row) => {
      // A step that has a symbol can be gone to from the sentences that use it.
      const name = stepName(of, row);
      const isFirst = row.symbol !== undefined && row.symbol !== "" && !named.has(name);
      named.add(name);
      const target = isFirst ? { id: stepId(name), tabindex: -1 } : {};
      const place = row.at === undefined ? undefined : this.place(row.at);
      const source = row.at === undefined ? row.source : besidePlace(row.source, row.at);
      const detail = [row.detail, place === undefined ? "" : source].filter((text) => text !== "").join(", ");
      return this.el(
        "tr",
        { class: row.sum === true ? "sum" : undefined, ...target },
        this.el("th", { scope: "row" }, row.label),
        this.el("td", { class: "number" }, row.value),
        this.el("td", { class: "unit" }, row.unit),
        this.el("td", { class: "quiet" }, detail),
        this.el("td", { class: "quiet" }, place ?? source),
      );
    };
    return this.el("table", { class: "derivation" }, this.el("tbody", {}, ...of.derivation.map(line)));
  }

  private part(part: Part): HTMLElement {
    const rows = part.findings.filter((row) => row.verdict !== "impossible");
    const empty =
      part.voice.length === 0 && rows.length === 0 && part.figures.length === 0 && !(part.table?.rows.length ?? 0);
    // Everything that can come and go between two reviews has a key, so that what stays is left alone.
    return this.section(
      part.id,
      part.title,
      empty ? this.emptyPart(part) : undefined,
      part.voice.length > 0
        ? this.el("div", { class: "voice", "data-key": "voice" }, ...part.voice.map((runs) => this.paragraph(runs)))
        : undefined,
      part.law === undefined ? undefined : this.el("p", { class: "law", role: "math", "data-key": "law" }, part.law),
      part.table !== undefined && part.table.rows.length > 0 ? this.table(part.table) : undefined,
      rows.length > 0 ? this.findings(rows) : undefined,
      ...part.figures.map((figure, i) => this.figure(figure, `figure-${i}`)),
      part.survive === undefined
        ? undefined
        : this.paragraph(part.survive, { class: "survive measure", "data-key": "survive" }),
      this.actions(part.actions, part.id),
    );
  }

  /** A part with nothing to show: nothing was found, or what was found is a proof and stands before all parts. */
  private emptyPart(part: Part): HTMLElement {
    const attributes = { class: "measure", "data-key": "empty" };
    return part.findings.length === 0
      ? this.el("p", attributes, NOTHING_BROKEN)
      : this.el("p", attributes, "See ", this.el("a", { href: "#impossible" }, "what cannot be true"), ", above.");
  }

  private paragraph(runs: Run[], attributes: Attributes = {}): HTMLElement {
    return this.el("p", attributes, ...this.runs(runs));
  }

  private runs(runs: Run[]): Node[] {
    return runs.flatMap((run) => {
      const step = run.step !== undefined && this.steps.has(run.step) ? run.step : undefined;
      if (run.mark !== undefined && run.mark !== "") {
        return [this.text(run, step), this.page.document.createTextNode(" "), ...this.source(run, run.mark, step)];
      }
      if (run.at === undefined) {
        return [this.text(run, step)];
      }
      // A place says where it leads; words that lead somewhere stay words of the sentence.
      const link = this.place(run.at, run.text, run.text === run.at.label ? "at" : "value");
      return [run.strong === true ? this.el("strong", {}, link) : link];
    });
  }

  /** The words of a run; a value leads to the row that it was worked out in. */
  private text(run: Run, step: string | undefined): Node {
    const words = step === undefined ? run.text : this.el("a", { class: "value", href: `#${stepId(step)}` }, run.text);
    const node = typeof words === "string" ? this.page.document.createTextNode(words) : words;
    return run.strong === true ? this.el("strong", {}, node) : node;
  }

  /** Where a value is from: its line of the paper, else its row. */
  private source(run: Run, mark: string, step: string | undefined): Node[] {
    // The brackets are the sentence's.
    const [, open = "", name = mark, close = ""] = /^(\[?)(.*?)(\]?)$/s.exec(mark) ?? [];
    const link =
      run.at !== undefined
        ? this.place(run.at, name, "at source")
        : step === undefined
          ? this.el("span", { class: "source" }, name)
          : this.el("a", { class: "source", href: `#${stepId(step)}` }, name);
    const text = (bracket: string) => this.page.document.createTextNode(bracket);
    return [text(open), link, text(close)];
  }

  private table(given: Table): HTMLElement {
    const { table, below } = stacked(given);
    const columns = Math.max(table.head.length, ...table.rows.map((row) => row.length));
    const quoting = new Set(table.head.flatMap((title, i) => (QUOTING.test(title) ? [i] : [])));
    const isPlace = (cell: Run[] | undefined) => cell?.length === 1 && cell[0]?.at !== undefined;
    // A last column of places goes to the right edge, where all places stand.
    const atEnd = table.rows.some((row) => row.length === columns && isPlace(row[columns - 1])) ? columns - 1 : -1;
    const cell = (runs: Run[], i: number, row: Run[][]) => {
      if (table.head.length === 0 && i === 0) {
        return this.el("th", { scope: "row" }, ...this.runs(runs));
      }
      const kind = i === atEnd ? "end" : quoting.has(i) ? "paper" : undefined;
      const under = below.get(row)?.[i];
      const place = under === undefined ? undefined : this.el("p", {}, ...this.runs(under));
      return this.el("td", { class: kind }, ...this.runs(runs), place);
    };
    const head = table.head.map((title, i) => {
      const kind = i === atEnd ? "end" : undefined;
      return title === "" ? this.el("td", { class: kind }) : this.el("th", { scope: "col", class: kind }, title);
    });
    return this.el(
      "table",
      { class: table.head.length > 0 ? "wide" : "named", "data-key": "table" },
      table.head.length > 0 ? this.el("thead", {}, this.el("tr", {}, ...head)) : undefined,
      this.el("tbody", {}, ...table.rows.map((row) => this.el("tr", {}, ...row.map((runs, i) => cell(runs, i, row))))),
    );
  }

  private figure(figure: Figure, key?: string): HTMLElement {
    this.drawings += 1;
    const drawing = takeDrawing(this.page.document, this.page.parser, figure.svg, `d${this.drawings}-`);
    const squeeze = (text: string) => text.replaceAll(/\s+/g, " ").trim();
    // What the drawing prints itself is not printed again below it.
    const texts =
      "svg" in drawing ? [...drawing.svg.querySelectorAll("text")].map((text) => text.textContent ?? "") : [];
    const printed = squeeze(texts.join(" "));
    const missing = figure.equations.filter((equation) => !printed.includes(squeeze(equation)));
    const titled = printed.includes(squeeze(figure.title));
    const name = figure.title || "Figure";
    if ("svg" in drawing && !drawing.svg.hasAttribute("aria-labelledby")) {
      drawing.svg.setAttribute("aria-label", name);
    }
    return this.el(
      "figure",
      { "data-key": key },
      titled || figure.title === "" ? undefined : this.el("p", { class: "title" }, figure.title),
      "svg" in drawing
        ? this.el("div", { class: "drawing", tabindex: 0, role: "group", "aria-label": name }, drawing.svg)
        : this.el("p", { class: "quiet" }, `This drawing was refused: ${drawing.refused}.`),
      missing.length > 0
        ? this.el("figcaption", {}, ...missing.map((equation) => this.el("p", {}, equation)))
        : undefined,
    );
  }

  private actions(actions: Action[], owner: string): HTMLElement | undefined {
    if (actions.length === 0) {
      return undefined;
    }
    const buttons: HTMLElement[] = [];
    const shown: HTMLElement[] = [];
    // With keys, a button that goes does not hand the focus, and the next press, to another one.
    const button = (attributes: Attributes, title: string) =>
      this.el("button", { type: "button", ...attributes }, title);
    actions.forEach((action, i) => {
      const index = this.indexOf.get(action) ?? -1;
      const repeated = actions.findIndex((other) => other.title === action.title) !== i;
      const name = `${owner}/latex/${action.title}${repeated ? ` ${i}` : ""}`;
      if (action.edit !== undefined) {
        const primary = action === this.firstPrimary ? "primary" : undefined;
        const target = { "data-act": index, "data-revision": this.page.revision, "data-key": `act ${name}` };
        buttons.push(button({ class: primary, ...target }, action.title));
      }
      // A text that two actions share is shown once.
      if (action.latex !== undefined && actions.findIndex(({ latex }) => latex === action.latex) === i) {
        const id = `latex-${index}`;
        const open = this.page.open.has(name);
        const title = action.edit === undefined ? action.title : "Show the LaTeX";
        const toggle = { "aria-expanded": String(open), "aria-controls": id, "data-key": `show ${name}` };
        buttons.push(button({ "data-toggle": name, ...toggle }, title));
        shown.push(
          this.el(
            "div",
            { class: "latex", id, hidden: !open, "data-key": name },
            this.el("pre", { tabindex: 0 }, action.latex),
            button({ "data-copy": id }, "Copy as LaTeX"),
          ),
        );
      }
    });
    return this.el("div", { class: "actions", "data-key": "actions" }, ...buttons, ...shown);
  }

  private questions(): HTMLElement | undefined {
    const { questions, actions } = this.review;
    if (questions.length === 0 && actions.length === 0) {
      return undefined;
    }
    if (questions.length === 0) {
      return this.section("questions", "Next", this.actions(actions, "review"));
    }
    const open = questions.filter((question) => !question.answered).length;
    const item = (question: Question, i: number) => {
      const verdict = question.answered ? "answered" : "open";
      const key = `${question.code} ${question.text}`;
      const repeated = questions.findIndex((other) => `${other.code} ${other.text}` === key) !== i;
      return this.el(
        "li",
        { class: verdict, "data-key": repeated ? `${key} ${i}` : key },
        mark(this.page.document, verdict, false),
        this.el("span", {}, this.el("span", { class: "spoken" }, `${verdict}: `), question.text),
        this.place(question.at),
      );
    };
    return this.section(
      "questions",
      `Questions, ${open} of ${questions.length} open`,
      this.el("p", { class: "quiet measure" }, "A question ticks itself when the paper answers it."),
      this.el("ul", { class: "asks", "aria-live": "polite", "data-key": "asks" }, ...questions.map(item)),
      this.actions(actions, "review"),
    );
  }

  private place(at: Place, text = at.label, kind = "at"): HTMLElement {
    const where = { "data-uri": at.uri, "data-line": at.line, "data-column": at.column };
    // A long path may break behind a slash, and before its line, where the sheet lets it.
    const pause = (piece: string) => this.el("wbr", { class: piece.startsWith(":") ? "line" : undefined });
    const pieces = text.split(/(?<=\/)|(?=:\d+$)/).flatMap((piece, i) => (i === 0 ? [piece] : [pause(piece), piece]));
    return this.el("a", { class: kind, href: `#at:${at.label}`, ...where }, ...pieces);
  }
}

/** A table that quotes two papers has their places below the words: beside them there is no room for both. */
function stacked(table: Table): { table: Table; below: Map<Run[][], (Run[] | undefined)[]> } {
  const below = new Map<Run[][], (Run[] | undefined)[]>();
  if (table.head.filter((title) => QUOTING.test(title)).length < 2) {
    return { table, below };
  }
  const isUnder = (i: number) => i > 0 && table.head[i] === "" && QUOTING.test(table.head[i - 1] ?? "");
  const kept = table.head.flatMap((_, i) => (isUnder(i) ? [] : [i]));
  const rows = table.rows.map((row) => {
    const words = kept.map((i) => row[i] ?? []);
    const places = kept.map((i) => (isUnder(i + 1) ? row[i + 1]?.filter(({ text }) => text !== "") : undefined));
    below.set(
      words,
      places.map((place) => (place?.length ? place : undefined)),
    );
    return words;
  });
  return { table: { head: kept.map((i) => table.head[i] ?? ""), rows }, below };
}

/** What a run calls a row of a derivation. */
function stepName(finding: FindingRow, row: Row): string {
  return `${finding.fingerprint}#${row.symbol ?? ""}`;
}

/** The same as the id of an element: letters and digits as they are, any other sign by its number. */
function stepId(name: string): string {
  return `step-${name.replaceAll(/[^A-Za-z0-9]/gu, (sign) => `_${sign.codePointAt(0)?.toString(16)}_`)}`;
}

/** What the source of a number says beyond its place, which stands beside it; that it is stated, the place says. */
function besidePlace(source: string, at: Place): string {
  return source
    .replace(at.label, "")
    .replace(/^stated\b/, "")
    .replaceAll(/^[\s,]+|[\s,]+$/g, "");
}

export function coverageText(coverage: Coverage): string {
  const { quantities, read, checked, consistent } = coverage;
  return `${quantities} ${quantities === 1 ? "number" : "numbers"} · ${read} read · ${checked} checked · ${consistent} consistent`;
}
