// The contract with the language server: what its own requests carry. Everything arrives worded and drawn; this side lays it out.
import type { WorkspaceEdit } from "vscode-languageclient";

export type Verdict = "impossible" | "implausible" | "open" | "answered";
export type ThemeKind = "dark" | "light" | "high-contrast" | "high-contrast-light";

/** Where something stands: `label` is "eval.tex:41", line and column count from 0 in UTF-16 units; in a PDF it is "old.pdf, page 3". */
export interface Place {
  label: string;
  uri: string;
  line: number;
  column: number;
}

/**
 * A stretch of a paragraph; a paragraph is Run[]. `mark` says in brackets where its value is from, `step` names the row
 * of a derivation that it is in: fingerprint, "#", symbol.
 */
export interface Run {
  text: string;
  strong?: boolean;
  at?: Place;
  mark?: string;
  step?: string;
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
  /** Its name in the formulas below it. */
  symbol?: string;
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

/** A table of runs; without a head, the first cell of each row names it. A column whose head ends in "words" quotes a paper. */
export interface Table {
  head: string[];
  rows: Run[][][];
}

export interface Part {
  id: "mirror" | "novelty-gap" | "mechanism-stress-test" | "twist";
  title: string;
  voice: Run[][];
  /** A control law in plain characters. */
  law?: string;
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
  /** What the draft is read against; null where it stands alone. */
  baseline: Baseline | null;
  /** Id of the words that a language model is lending to this review. */
  voicing?: number;
}

/** A baseline paper: `name` is seen from the draft's folder, `chosen` says who chose it. */
export interface Baseline {
  uri: string;
  name: string;
  chosen: string;
}

/** The one argument of `tanaka.stressTest`; `line` counts from 0. */
export interface StressTestArgument {
  uri: string;
  line?: number;
  scope: "section" | "paper";
  /** Whether the Mirror shows every row of the delta. */
  delta?: boolean;
  /** Whether a language model may be asked for words: only where a person asked for the review. */
  voice?: boolean;
}

/** A piece of a review that is being made, by `$/progress`: its head, which has no parts, and then each part. */
export interface ReviewPiece {
  head?: Review;
  part?: Part;
}

/** `tanaka/status`, sent after each publish; `uri` is that of the root file. */
export interface Status {
  uri: string;
  root: string;
  tally: Tally;
  coverage: Coverage;
  note: string | null;
  baseline: Baseline | null;
}

/** `tanaka/baseline`: the author's choice for the paper of a file; null takes it back. */
export interface BaselineParams {
  uri: string;
  baseline: string | null;
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
  /** The same in the server's words. */
  told?: FactWords;
}

export interface FactWords {
  /** "200 Gb/s = 25 GB/s" */
  value: string;
  /** "[199.5, 200.5] Gb/s", or "" where it is exact. */
  may_be: string;
  kind: string;
  /** What it is about, each with how that is known. */
  about: { role: string; value: string; how: string }[];
}

export interface Facts {
  schema: "tanaka.facts/1";
  root: string;
  facts: Fact[];
}

/** `tanaka/readFile` and `tanaka/listFiles`, asked by the server for what is on no disk of its own. */
export interface ReadFileParams {
  uri: string;
  /** The bytes are wanted, not a text. */
  encoding?: "base64";
}

export interface ReadFileResult {
  text: string | null;
  /** Why a file that is there was not read. */
  problem?: string;
}

export interface ListFilesParams {
  uri: string;
  recursive: boolean;
  /** Of the files that are wanted; those of LaTeX where there are none. */
  suffixes?: string[];
}

export interface ListFilesResult {
  uris: string[];
}

export const READ_FILE = "tanaka/readFile";
export const LIST_FILES = "tanaka/listFiles";
export const STRESS_TEST = "tanaka.stressTest";
export const FACTS = "tanaka.facts";
export const DELTA = "tanaka.delta";
export const BASELINE_REQUEST = "tanaka/baseline";
export const STATUS_NOTIFICATION = "tanaka/status";
export const THEME_NOTIFICATION = "tanaka/theme";

/** What the panel's page says to the extension. */
export type FromPage =
  | { type: "ready" }
  | { type: "jump"; uri: string; line: number; column: number }
  | { type: "act"; revision: number; index: number }
  | { type: "copy"; text: string }
  | { type: "choose-baseline" };

/** What the extension says to the panel's page. */
export type ToPage =
  | {
      type: "review";
      review: Review;
      request: StressTestArgument;
      revision: number;
      /** More parts are on their way. */
      partial?: boolean;
      /** Id of the section to go to. */
      focus?: string;
    }
  | { type: "notice"; text: string };

/** What the page keeps for the next reload of the window. */
export interface PageState {
  request: StressTestArgument;
  review: Review;
  open: string[];
  scroll: number;
}

/** A review with one part in place of the one with its id, or behind the others where there is none. */
export function withPart(review: Review, part: Part): Review {
  const known = review.parts.some(({ id }) => id === part.id);
  const parts = known ? review.parts.map((old) => (old.id === part.id ? part : old)) : [...review.parts, part];
  return { ...review, parts };
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
