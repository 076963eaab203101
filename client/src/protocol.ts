// The contract with the language server: what its own requests carry. Everything arrives worded and drawn; this side lays it out.
import type { WorkspaceEdit } from "vscode-languageclient";

export type Verdict = "impossible" | "implausible" | "open" | "answered";
export type ThemeKind = "dark" | "light" | "high-contrast" | "high-contrast-light";

/** Where something stands: `label` is "eval.tex:41", line and column count from 0 in UTF-16 units. */
export interface Place {
  label: string;
  uri: string;
  line: number;
  column: number;
}

/** A stretch of a paragraph; a paragraph is Run[]. */
export interface Run {
  text: string;
  strong?: boolean;
  at?: Place;
}

/** One line of a derivation. */
export interface Row {
  label: string;
  value: string;
  unit: string;
  detail: string;
  sum?: boolean;
  source: string;
  at?: Place;
}

/** A drawing of 900 by 320 and the equations printed with it. */
export interface Figure {
  title: string;
  svg: string;
  equations: string[];
}

/** A button: `edit` changes the paper through the editor, `latex` is text to show. */
export interface Action {
  title: string;
  primary?: boolean;
  edit?: WorkspaceEdit;
  latex?: string;
}

export interface FindingRow {
  code: string;
  name: string;
  verdict: Verdict;
  say: string;
  rest: string;
  at: Place;
  derivation: Row[];
  figures: Figure[];
  actions: Action[];
  fingerprint: string;
}

/** A table of runs; without a head, the first cell of each row names it. A column headed "In your words" quotes the paper. */
export interface Table {
  head: string[];
  rows: Run[][][];
}

export interface Part {
  id: "mirror" | "novelty-gap" | "mechanism-stress-test" | "twist";
  title: string;
  voice: Run[][];
  table?: Table;
  findings: FindingRow[];
  figures: Figure[];
  survive?: Run[];
  actions: Action[];
}

export interface Question {
  text: string;
  at: Place;
  answered: boolean;
  code: string;
}

/** Counts of numbers, in the order in which each is a part of the one before it. */
export interface Coverage {
  quantities: number;
  read: number;
  bound: number;
  checked: number;
  consistent: number;
}

export interface Tally {
  impossible: number;
  implausible: number;
  open: number;
}

export interface Review {
  schema: "tanaka.review/1";
  title: string;
  at: Place;
  scope: "section" | "paper";
  coverage: Coverage;
  tally: Tally;
  source: string;
  findings: FindingRow[];
  parts: Part[];
  questions: Question[];
  actions: Action[];
  footer: string;
}

/** The one argument of `tanaka.stressTest`; `line` counts from 0. */
export interface StressTestArgument {
  uri: string;
  line?: number;
  scope: "section" | "paper";
}

/** `tanaka/status`, sent after each publish; `uri` is that of the root file. */
export interface Status {
  uri: string;
  root: string;
  tally: Tally;
  coverage: Coverage;
  note: string | null;
}

/** A position in `tanaka.facts/1`, which counts from 1 in code points as the command line does. */
export interface FactPosition {
  line: number;
  column: number;
}

export interface Fact {
  id: string;
  file: string;
  start: FactPosition;
  end: FactPosition;
  text: string;
  value: number | number[] | null;
  low: number | null;
  high: number | null;
  unit: string;
  kind: string;
  qualifier: string;
  entity: string | null;
  binding: string;
  context: Record<string, unknown>;
}

export interface Facts {
  schema: "tanaka.facts/1";
  root: string;
  facts: Fact[];
}

/** `tanaka/readFile` and `tanaka/listFiles`, asked by the server for what is on no disk of its own. */
export interface ReadFileParams {
  uri: string;
}

export interface ReadFileResult {
  text: string | null;
}

export interface ListFilesParams {
  uri: string;
  recursive: boolean;
}

export interface ListFilesResult {
  uris: string[];
}

export const READ_FILE = "tanaka/readFile";
export const LIST_FILES = "tanaka/listFiles";
export const STRESS_TEST = "tanaka.stressTest";
export const FACTS = "tanaka.facts";
export const STATUS_NOTIFICATION = "tanaka/status";
export const THEME_NOTIFICATION = "tanaka/theme";

/** What the panel's page says to the extension. */
export type FromPage =
  | { type: "ready" }
  | { type: "jump"; uri: string; line: number; column: number }
  | { type: "act"; revision: number; index: number }
  | { type: "copy"; text: string };

/** What the extension says to the panel's page. */
export type ToPage =
  | { type: "review"; review: Review; request: StressTestArgument; revision: number }
  | { type: "notice"; text: string };

/** What the page keeps for the next reload of the window. */
export interface PageState {
  request: StressTestArgument;
  review: Review;
  open: string[];
  scroll: number;
}

/** All actions of a review in reading order, so that both sides of the panel can name one by its index. */
export function actionsOf(review: Review): Action[] {
  const ofFindings = (rows: FindingRow[]) => rows.flatMap((row) => row.actions);
  return [
    ...ofFindings(review.findings),
    ...review.parts.flatMap((part) => [...ofFindings(part.findings), ...part.actions]),
    ...review.actions,
  ];
}
