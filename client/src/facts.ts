// "Show What Was Read": the facts of a paper as a read-only document, one number per line, each place a link.
import { posix } from "node:path";
import * as vscode from "vscode";
import type { Fact, Facts } from "./protocol";

export const SCHEME = "tanaka-facts";

const KIND_WIDTH = 20;
const TEXT_WIDTH = 24;
const VALUE_WIDTH = 30;

/** A number with as many digits as tell it from its neighbours, never in a form that a reader must decode. */
export function plain(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) {
    return value
      .toExponential(5)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  }
  return String(Number(value.toPrecision(6)));
}

/** Value, unit and, where it has a width, the interval that the rounding leaves open. */
export function valueText(fact: Fact): string {
  const unit = fact.unit === "1" ? "" : ` ${fact.unit}`;
  if (fact.value === null) {
    return "not understood";
  }
  if (Array.isArray(fact.value)) {
    const join = fact.qualifier === "range" ? " to " : ", ";
    return fact.value.map(plain).join(join) + unit;
  }
  const width = fact.low !== fact.high;
  const side = (bound: number | null) => (bound === null ? "no bound" : plain(bound));
  const interval = width ? ` [${side(fact.low)}, ${side(fact.high)}]` : "";
  return `${plain(fact.value)}${unit}${interval}`;
}

function pad(text: string, width: number): string {
  return text.length >= width ? `${text} ` : text.padEnd(width);
}

/** What follows the value: what the number is about and how that is known. */
function aboutText(fact: Fact): string {
  if (fact.told !== undefined) {
    const known = fact.told.about.map(({ role, value, how }) => {
      const named = role === "about" ? value : `${role} ${value}`;
      return how === "" ? `about: ${value}` : `${named} (${how})`;
    });
    return known.join(", ");
  }
  const context = Object.entries(fact.context ?? {})
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([key, value]) => `${key} ${String(value)}`);
  const entity = fact.entity === null || fact.entity === "" ? [] : [fact.entity];
  const about = [...entity, ...context].join(", ");
  const known = fact.binding === "none" || fact.binding === "" ? "" : ` (${fact.binding})`;
  return about === "" ? "" : about + known;
}

export function factsText(facts: Facts): string {
  const files = new Map<string, Fact[]>();
  for (const fact of facts.facts) {
    files.set(fact.file, [...(files.get(fact.file) ?? []), fact]);
  }
  const lines = [
    `What was read in ${facts.root}: ${facts.facts.length === 1 ? "1 number" : `${facts.facts.length} numbers`}`,
  ];
  for (const [file, inFile] of files) {
    lines.push("", file);
    const places = inFile.map((fact) => `${fact.file}:${fact.start.line}:${fact.start.column}`);
    const placeWidth = Math.max(...places.map((place) => place.length)) + 2;
    inFile.forEach((fact, index) => {
      const { told } = fact;
      const value = told === undefined ? valueText(fact) : `${told.value} ${told.may_be}`.trim();
      const kind = told?.kind ?? fact.kind.replaceAll("_", " ");
      const line =
        `  ${pad(places[index] ?? "", placeWidth)}${pad(fact.text.replaceAll(/\s+/g, " "), TEXT_WIDTH)}` +
        `${pad(kind, KIND_WIDTH)}${pad(value, VALUE_WIDTH)}${aboutText(fact)}`;
      lines.push(line.trimEnd());
    });
  }
  return `${lines.join("\n")}\n`;
}

interface Page {
  text: string;
  /** Folder that the file names are relative to. */
  base: vscode.Uri;
  /** Names as they stand in the text, longest first: one may begin with another. */
  files: string[];
}

/** Serves the documents and the links in them. */
export class FactsPages implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable {
  private readonly pages = new Map<string, Page>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registered: vscode.Disposable;

  constructor() {
    this.registered = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
      this.changed,
    );
  }

  /** Shows the facts of the paper whose root file is `root`, beside which its files lie. */
  async show(facts: Facts, root: vscode.Uri): Promise<void> {
    const base = root.with({ path: posix.dirname(root.path) });
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/What was read in ${posix.basename(root.path)}`,
      query: root.toString(),
    });
    this.pages.set(uri.toString(), {
      text: factsText(facts),
      base,
      files: [...new Set(facts.facts.map((fact) => fact.file))].sort((a, b) => b.length - a.length),
    });
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.pages.get(uri.toString())?.text ??
      "Run the command again: what was read is kept only while the window is open.\n"
    );
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const page = this.pages.get(document.uri.toString());
    if (page === undefined) {
      return [];
    }
    const links: vscode.DocumentLink[] = [];
    for (let line = 0; line < document.lineCount; line++) {
      const { text } = document.lineAt(line);
      // A name may hold spaces, colons and digits, so it is looked for, not guessed.
      const file = page.files.find((name) => text.startsWith(`  ${name}:`));
      const [place, row, column] = /^:(\d+):(\d+)(?= )/.exec(text.slice(2 + (file ?? "").length)) ?? [];
      if (file !== undefined && place !== undefined) {
        const target = vscode.Uri.joinPath(page.base, file).with({ fragment: `L${row},${column}` });
        links.push(new vscode.DocumentLink(new vscode.Range(line, 2, line, 2 + file.length + place.length), target));
      }
    }
    return links;
  }

  dispose(): void {
    this.registered.dispose();
    this.pages.clear();
  }
}
