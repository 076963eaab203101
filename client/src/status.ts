// The status bar item: what was found, what was checked, and the way out when the server is down.
import * as vscode from "vscode";
import { isPaper } from "./config";
import type { State } from "./lifecycle";
import type { Status, Tally } from "./protocol";

/** "2 impossible, 3 implausible"; open questions are asked in the panel, not counted against the paper. */
export function findingsText(tally: Tally): string {
  const said = [
    tally.impossible > 0 ? `${tally.impossible} impossible` : "",
    tally.implausible > 0 ? `${tally.implausible} implausible` : "",
  ].filter((text) => text !== "");
  return said.length > 0 ? said.join(", ") : "no findings";
}

export function count(n: number, singular: string): string {
  return `${n} ${singular}${n === 1 ? "" : "s"}`;
}

/** What speaks where no language model was asked to. */
export const ENGINE_ONLY = "engine only";

export function statusText(state: State, status: Status | undefined, voice = ENGINE_ONLY): string {
  switch (state) {
    case "starting":
      return "Tanaka: starting";
    case "failed":
      return "Tanaka: not running";
    case "stopped":
      return "Tanaka: stopped";
    case "running":
      return status === undefined
        ? "Tanaka: reading"
        : `Tanaka: ${findingsText(status.tally)} · ${count(status.coverage.quantities, "number")}, ${status.coverage.checked} checked · ${voice}`;
  }
}

/** Lines of the tooltip, without the links below them. */
export function tooltipLines(state: State, status: Status | undefined): string[] {
  if (state === "failed" || state === "stopped") {
    return ["The server is not running; findings are not up to date."];
  }
  if (status === undefined) {
    return [state === "starting" ? "The server is starting." : "No paper was read yet."];
  }
  const { quantities, read, bound, checked, consistent } = status.coverage;
  return [
    status.root,
    `${count(quantities, "number")}: ${read} read, ${bound} bound to what they are about, ${checked} checked, ${consistent} consistent`,
    `${findingsText(status.tally)}, ${count(status.tally.open, "open question")}`,
    status.baseline === null ? "no baseline paper" : `against ${status.baseline.name}`,
    ...(status.note === null || status.note === "" ? [] : [status.note]),
  ];
}

const ACTIONS: [title: string, command: string][] = [
  ["Stress-test paper", "tanaka.stressTestPaper"],
  ["Audit delta", "tanaka.auditDelta"],
  ["Show what was read", "tanaka.showWhatWasRead"],
  ["Restart server", "tanaka.restartServer"],
  ["Show output", "tanaka.showOutput"],
];

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("tanaka.status", vscode.StatusBarAlignment.Left, 50);
  private readonly follow: vscode.Disposable;
  private state: State = "stopped";
  private status: Status | undefined;
  private voice = ENGINE_ONLY;

  constructor() {
    this.item.name = "Tanaka";
    this.follow = vscode.window.onDidChangeActiveTextEditor(() => this.place());
    this.draw();
    this.place();
  }

  setState(state: State): void {
    this.state = state;
    if (state !== "running") {
      this.status = undefined;
    }
    this.draw();
  }

  setStatus(status: Status): void {
    this.status = status;
    this.draw();
  }

  /** Who words the stress test: the engine, or a model and the host that it is asked at. */
  setVoice(label: string): void {
    this.voice = label;
    this.draw();
  }

  dispose(): void {
    this.follow.dispose();
    this.item.dispose();
  }

  /** Hidden while another kind of file is edited; the panel and other views leave it where it was. */
  private place(): void {
    const editor = vscode.window.activeTextEditor;
    if (isPaper(editor?.document) || vscode.window.visibleTextEditors.some((other) => isPaper(other.document))) {
      this.item.show();
    } else if (editor !== undefined) {
      this.item.hide();
    }
  }

  private draw(): void {
    const down = this.state === "failed" || this.state === "stopped";
    this.item.text = statusText(this.state, this.status, this.voice);
    this.item.command = down ? "tanaka.showOutput" : "workbench.actions.view.problems";
    if (this.state === "failed") {
      this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
    } else {
      this.item.backgroundColor = undefined;
    }
    const lines = tooltipLines(this.state, this.status);
    const tooltip = new vscode.MarkdownString();
    tooltip.isTrusted = { enabledCommands: ACTIONS.map(([, command]) => command) };
    for (const line of lines) {
      tooltip.appendText(line).appendMarkdown("\n\n");
    }
    const actions = down ? ACTIONS.slice(-2) : ACTIONS;
    tooltip.appendMarkdown(actions.map(([title, command]) => `[${title}](command:${command})`).join(" · "));
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `${this.item.text}. ${lines.join(". ")}` };
  }
}
