// Reviews and trees at random, from a seed: the same ones in every run.
import type {
  Action,
  Figure,
  FindingRow,
  Part,
  Place,
  Question,
  Review,
  Row,
  Run,
  Table,
  Verdict,
} from "../../src/protocol";
import { SVG } from "./dom";

const TEXTS = [
  "",
  " ",
  "0.96 s / 0.80 s is 1.20, not 1.6.",
  "<img src=x onerror=alert(1)>",
  "</main><script>alert(1)</script>",
  "&lt;b&gt; & \"quotes\" 'single'",
  "a\nb\tc",
  "σ × 10⁹ ≤ 𝔼[max] 👩‍💻 אבג",
  "x".repeat(300),
  "__proto__",
  "[object Object]",
  "javascript:alert(1)",
  "sections/a/b c.tex:9",
];
const PARTS: Part["id"][] = ["mirror", "novelty-gap", "mechanism-stress-test", "twist"];
const VERDICTS: Verdict[] = ["impossible", "implausible", "open", "answered"];

export class Random {
  constructor(private state: number) {}

  /** From 0 up to, but without, n (mulberry32). */
  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  }

  chance(): boolean {
    return this.below(2) === 1;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  text(): string {
    return this.of(TEXTS);
  }

  private place(): Place {
    return { label: this.text(), uri: this.text(), line: this.below(1000), column: this.below(80) };
  }

  private run(): Run {
    return {
      text: this.text(),
      ...(this.chance() ? { strong: this.chance() } : {}),
      ...(this.chance() ? { at: this.place() } : {}),
    };
  }

  private runs(): Run[] {
    return this.many(3, () => this.run());
  }

  private row(): Row {
    const [label, value, unit, detail, source] = [this.text(), this.text(), this.text(), this.text(), this.text()];
    return {
      ...{ label, value, unit, detail, source },
      ...(this.chance() ? { sum: this.chance() } : {}),
      ...(this.chance() ? { at: this.place() } : {}),
    };
  }

  private figure(): Figure {
    const drawing = `<svg xmlns="${SVG}" viewBox="0 0 9 9"><title id="t">x</title><text id="a">peak</text></svg>`;
    const svg = this.chance() ? drawing : this.of(["", "<svg>", "<svg onload='x()'/>", ...TEXTS]);
    return { title: this.text(), svg, equations: this.many(2, () => this.text()) };
  }

  private action(): Action {
    return {
      title: this.text(),
      ...(this.chance() ? { primary: this.chance() } : {}),
      ...(this.chance() ? { edit: {} } : {}),
      ...(this.chance() ? { latex: this.text() } : {}),
    };
  }

  private finding(): FindingRow {
    return {
      code: this.of(["TK101", "TK501", ""]),
      name: this.text(),
      verdict: this.of(VERDICTS),
      say: this.text(),
      rest: this.text(),
      at: this.place(),
      derivation: this.many(3, () => this.row()),
      figures: this.many(2, () => this.figure()),
      actions: this.many(3, () => this.action()),
      fingerprint: this.of(["a1", "a2", "a3", "a4", ""]),
    };
  }

  private table(): Table {
    return {
      head: this.of([
        [],
        ["Read as", "Mechanism", "In your words", ""],
        ["In your words"],
        this.many(4, () => this.text()),
      ]),
      rows: this.many(4, () => this.many(4, () => this.runs())),
    };
  }

  private part(id: Part["id"]): Part {
    return {
      id,
      title: this.text(),
      voice: this.many(2, () => this.runs()),
      findings: this.many(3, () => this.finding()),
      figures: this.many(2, () => this.figure()),
      actions: this.many(3, () => this.action()),
      ...(this.chance() ? { table: this.table() } : {}),
      ...(this.chance() ? { survive: this.runs() } : {}),
    };
  }

  private question(): Question {
    return { text: this.text(), at: this.place(), answered: this.chance(), code: this.of(["TK601", ""]) };
  }

  review(): Review {
    const n = () => this.below(3);
    return {
      schema: "tanaka.review/1",
      title: this.text(),
      at: this.place(),
      scope: this.of(["section", "paper"]),
      coverage: { quantities: n(), read: n(), bound: n(), checked: n(), consistent: n() },
      tally: { impossible: n(), implausible: n(), open: n() },
      source: this.text(),
      findings: this.many(4, () => this.finding()),
      parts: PARTS.filter(() => this.below(5) > 0).map((id) => this.part(id)),
      questions: this.many(4, () => this.question()),
      actions: this.many(3, () => this.action()),
      footer: this.text(),
      baseline: this.chance() ? null : { uri: "file:///b.pdf", name: this.text(), chosen: this.of(["given", ""]) },
    };
  }

  /** A tree of elements, some of them with keys. */
  tree(document: Document, depth: number): Element {
    const made = document.createElement(this.of(["div", "p", "ul"]));
    if (this.chance()) {
      made.setAttribute("data-key", this.of(["a", "b", "c", "d"]));
    }
    if (this.chance()) {
      made.setAttribute(this.of(["class", "title"]), this.of(["one", "two"]));
    }
    for (let i = this.below(5); i > 0; i--) {
      made.append(depth > 0 && this.below(3) > 0 ? this.tree(document, depth - 1) : this.of(["text", "other"]));
    }
    return made;
  }
}
