// The stress-test panel: asks for a review, hands it to the page, and does in the editor what the page's links and buttons say.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { WorkspaceEdit } from "vscode-languageclient";
import {
  type Action,
  actionsOf,
  type FromPage,
  type PageState,
  type Review,
  type ReviewPiece,
  type StressTestArgument,
  type ToPage,
  withPart,
} from "./protocol";

import type { VoicePart } from "./voice";

export const VIEW_TYPE = "tanaka.review";

/** What the panel needs of the server. */
export interface Reviewer {
  stressTest(
    argument: StressTestArgument,
    onPiece?: (piece: ReviewPiece) => void,
    cancel?: vscode.CancellationToken,
  ): Promise<Review | null>;
  toEdit(edit: WorkspaceEdit): Promise<vscode.WorkspaceEdit>;
}

/** Where a line is after a change of its document; of a line that was replaced with others, the likeliest of the new ones. */
export function shiftLine(line: number, changes: readonly vscode.TextDocumentContentChangeEvent[]): number {
  let shift = 0;
  for (const { range, text } of changes) {
    const added = text.split("\n").length - 1;
    const before = range.end.line < line || (range.end.line === line && range.end.character === 0);
    if (before || (range.end.line === line && range.start.line < line)) {
      shift += added - (range.end.line - range.start.line);
    } else if (range.start.line < line && range.end.line > line) {
      shift += Math.min(line, range.start.line + added) - line;
    }
  }
  return Math.max(0, line + shift);
}

/** Whether an edit was made for another version of a document than the one that is open. */
export function isStale(edit: WorkspaceEdit, versionOf: (uri: string) => number | undefined): boolean {
  return (edit.documentChanges ?? []).some((change) => {
    if (!("textDocument" in change) || change.textDocument.version === null) {
      return false;
    }
    const open = versionOf(change.textDocument.uri);
    return open !== undefined && open !== change.textDocument.version;
  });
}

/** Where a review stands, moved along with the edits that were made while it was being written. */
class Moves {
  private readonly changes: vscode.TextDocumentChangeEvent[] = [];

  add(change: vscode.TextDocumentChangeEvent): void {
    this.changes.push(change);
  }

  now(uri: string, line: number): number {
    const here = this.changes.filter(({ document }) => document.uri.toString() === uri);
    return here.reduce((moved, { contentChanges }) => shiftLine(moved, contentChanges), line);
  }
}

export class ReviewPanel implements vscode.Disposable, vscode.WebviewPanelSerializer<PageState> {
  /** Called when the page's button says so; set by the extension. */
  onChooseBaseline: () => Promise<void> = async () => undefined;
  /** Called when the panel is closed, so that nobody speaks to nobody. */
  onStop: () => Promise<void> = async () => undefined;
  private panel: vscode.WebviewPanel | undefined;
  private request: StressTestArgument | undefined;
  private review: Review | undefined;
  private revision = 0;
  private opened = 0;
  /** Changes with what is shown, so that an answer about what was shown before is dropped. */
  private subject = 0;
  private noticed: string | undefined;
  private acting = false;
  private asking: Promise<void> | undefined;
  private askAgain = false;
  /** Ends the request for the review that was opened last, so that a server works for what is wanted only. */
  private cancel: vscode.CancellationTokenSource | undefined;
  private partial = false;
  private focus: string | undefined;
  /** Whether the page has begun to listen. */
  private heard = false;
  private readonly underWay = new Set<Moves>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly reviewer: Reviewer,
  ) {
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      vscode.workspace.onDidChangeTextDocument((change) => {
        const { document, contentChanges } = change;
        for (const moves of this.underWay) {
          moves.add(change);
        }
        if (this.request?.line !== undefined && document.uri.toString() === this.request.uri) {
          this.request = { ...this.request, line: shiftLine(this.request.line, contentChanges) };
        }
      }),
    ];
  }

  /** Asks for a review and shows it, part by part as it is made; says so where there is none. */
  async open(argument: StressTestArgument, focus?: string): Promise<void> {
    const options = { location: vscode.ProgressLocation.Window, title: "Tanaka: stress-testing" };
    this.opened += 1;
    const opened = this.opened;
    this.cancel?.cancel();
    const cancel = new vscode.CancellationTokenSource();
    this.cancel = cancel;
    const moves = new Moves();
    let made: Review | undefined;
    let review: Review | null;
    const onPiece = ({ head, part }: ReviewPiece) => {
      if (opened !== this.opened || cancel.token.isCancellationRequested) {
        return; // another was asked for since, or none is wanted any more
      }
      if (head !== undefined) {
        // What is read already stays until its successor is there.
        const before = this.review;
        const again = before?.title === head.title && before.at.uri === head.at.uri;
        made = again ? { ...head, parts: before.parts } : head;
        this.reveal();
        this.focus = focus;
        this.take(argument, made, moves, true);
      } else if (made !== undefined && part !== undefined && this.partial) {
        made = withPart(made, part);
        this.take(argument, made, moves, true);
      }
    };
    this.underWay.add(moves);
    try {
      const ask = () => this.reviewer.stressTest({ ...argument, voice: true }, onPiece, cancel.token);
      review = await vscode.window.withProgress(options, ask);
    } catch (error) {
      if (opened === this.opened && !cancel.token.isCancellationRequested) {
        void vscode.window.showErrorMessage(`There is no stress test: ${message(error)}`);
      }
      return;
    } finally {
      this.underWay.delete(moves);
      cancel.dispose();
    }
    if (opened !== this.opened || cancel.token.isCancellationRequested) {
      return;
    }
    if (review === null) {
      void vscode.window.showInformationMessage("There is nothing to stress-test here: this file belongs to no paper.");
      return;
    }
    if (made === undefined) {
      this.reveal();
      this.focus = focus;
    }
    this.take(argument, review, moves);
  }

  /** Brings the panel to the front, a new one where there is none, for another review than it showed. */
  private reveal(): void {
    this.subject += 1;
    if (this.panel === undefined) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
      this.adopt(vscode.window.createWebviewPanel(VIEW_TYPE, "Stress test", column, this.webviewOptions()));
    } else {
      this.panel.reveal(undefined, false);
    }
  }

  /** What is shown, as it would be asked for again. */
  get shown(): StressTestArgument | undefined {
    return this.request;
  }

  /** Shows a part in other words, where it belongs to the review that is shown. */
  voiced({ id, part }: VoicePart): void {
    if (this.review !== undefined && this.review.voicing === id) {
      this.review = withPart(this.review, part);
      this.revision += 1;
      this.send();
    }
  }

  /** Asks again for what is shown; requests that come while one is under way are answered by one more. */
  refresh(): Promise<void> {
    if (this.panel === undefined || this.request === undefined) {
      return Promise.resolve();
    }
    if (this.asking !== undefined) {
      this.askAgain = true;
      return this.asking;
    }
    this.asking = this.askWhileNeeded().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** Says why what is shown may be old. */
  notice(text: string): void {
    if (this.panel !== undefined) {
      this.noticed = text;
      this.post({ type: "notice", text });
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PageState | undefined): Promise<void> {
    if (state?.request === undefined || this.panel !== undefined) {
      panel.dispose();
      return;
    }
    this.request = state.request;
    panel.webview.options = this.webviewOptions();
    this.adopt(panel);
    await this.refresh();
  }

  dispose(): void {
    this.panel?.dispose();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async ask(argument: StressTestArgument): Promise<[Review | null, Moves]> {
    const moves = new Moves();
    this.underWay.add(moves);
    try {
      return [await this.reviewer.stressTest(argument), moves];
    } finally {
      this.underWay.delete(moves);
    }
  }

  private async askWhileNeeded(): Promise<void> {
    do {
      this.askAgain = false;
      const { request, subject } = this;
      if (request === undefined) {
        return;
      }
      try {
        const [review, moves] = await this.ask(request);
        if (subject !== this.subject) {
          continue;
        }
        if (review === null) {
          this.notice("This place is no longer part of a paper; what you see is the last review of it.");
        } else {
          this.take(request, review, moves);
        }
      } catch (error) {
        if (subject === this.subject) {
          this.notice(`${message(error)} What you see is the last review.`);
        }
      }
    } while (this.askAgain && this.panel !== undefined);
  }

  private take(request: StressTestArgument, review: Review, moves: Moves, partial = false): void {
    // From here on the section is asked for by its own heading, which moves less than the line that was clicked.
    const { uri } = review.at;
    this.request =
      request.scope === "section" ? { uri, line: moves.now(uri, review.at.line), scope: "section" } : { ...request };
    this.review = review;
    this.partial = partial;
    this.noticed = undefined;
    this.revision += 1;
    if (this.panel !== undefined) {
      this.panel.title = `Stress test: ${review.title}`;
    }
    this.send();
  }

  private send(): void {
    if (this.review !== undefined && this.request !== undefined) {
      const { review, request, revision, focus } = this;
      const shown = { type: "review" as const, review, request, revision };
      const isThere = focus !== undefined && review.parts.some(({ id }) => id === focus);
      this.post({ ...shown, ...(this.partial ? { partial: true } : {}), ...(isThere ? { focus } : {}) });
      if (isThere && this.heard) {
        this.focus = undefined; // once: later reviews leave the reader where she is
      }
    }
  }

  private post(toPage: ToPage): void {
    void this.panel?.webview.postMessage(toPage);
  }

  private webviewOptions(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.extension, "client", "dist")] };
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    this.heard = false;
    panel.iconPath = vscode.Uri.joinPath(this.extension, "client", "media", "icon.png");
    panel.webview.onDidReceiveMessage((fromPage: FromPage) => this.answer(fromPage));
    panel.onDidDispose(() => {
      this.subject += 1;
      this.cancel?.cancel();
      void this.onStop();
      this.panel = undefined;
      this.noticed = undefined;
      this.review = undefined;
      this.request = undefined;
    });
    panel.webview.html = pageHtml(panel.webview, vscode.Uri.joinPath(this.extension, "client", "dist"));
  }

  private async answer(fromPage: FromPage): Promise<void> {
    switch (fromPage.type) {
      case "ready": // a page that was hidden begins anew, and heard nothing meanwhile
        this.heard = true;
        this.send();
        if (this.noticed !== undefined) {
          this.notice(this.noticed);
        }
        return;
      case "jump":
        await this.jump(vscode.Uri.parse(fromPage.uri), fromPage.line, fromPage.column);
        return;
      case "choose-baseline":
        await this.onChooseBaseline();
        return;
      case "copy":
        await vscode.env.clipboard.writeText(fromPage.text);
        vscode.window.setStatusBarMessage("Copied as LaTeX", 3000);
        return;
      case "act":
        if (!this.acting) {
          this.acting = true; // until it is done: a second press would put the same text in twice
          await this.act(fromPage.revision, fromPage.index).finally(() => {
            this.acting = false;
          });
        }
    }
  }

  private async jump(uri: vscode.Uri, line: number, column: number): Promise<void> {
    try {
      if (/\.pdf$/i.test(uri.path)) {
        // No text to select in: whatever shows PDFs in this editor shows it, beside the panel.
        await vscode.commands.executeCommand("vscode.open", uri, { viewColumn: this.editorColumn(uri) });
        return;
      }
      const document = await vscode.workspace.openTextDocument(uri);
      const position = document.validatePosition(new vscode.Position(line, column));
      const selection = new vscode.Range(position, position);
      const editor = await vscode.window.showTextDocument(document, { viewColumn: this.editorColumn(uri), selection });
      editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    } catch (error) {
      void vscode.window.showErrorMessage(`Tanaka could not open ${uri.path}: ${message(error)}`);
    }
  }

  /** Where the file is open already, else another column with text in it, else a new one: never on top of the panel. */
  private editorColumn(uri: vscode.Uri): vscode.ViewColumn {
    const own = this.panel?.viewColumn;
    const groups = vscode.window.tabGroups.all.filter((group) => group.viewColumn !== own);
    const holds = (group: vscode.TabGroup, match: (tab: vscode.Tab) => boolean) => group.tabs.some(match);
    const isText = (tab: vscode.Tab) => tab.input instanceof vscode.TabInputText;
    const isFile = (tab: vscode.Tab) =>
      tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString();
    const group =
      groups.find((candidate) => holds(candidate, isFile)) ??
      groups.find((candidate) => holds(candidate, isText)) ??
      groups[0];
    if (group !== undefined) {
      return group.viewColumn;
    }
    return own === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  }

  private async act(revision: number, index: number): Promise<void> {
    const action: Action | undefined = this.review === undefined ? undefined : actionsOf(this.review)[index];
    const versionOf = (uri: string) =>
      vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri)?.version;
    if (revision !== this.revision || action?.edit === undefined || isStale(action.edit, versionOf)) {
      await this.refresh(); // first, since each new review takes the notice away
      this.notice("The paper had changed since this was written, so it was read again. Press once more.");
      return;
    }
    try {
      const edit = await this.reviewer.toEdit(action.edit);
      if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) {
        this.notice("The paper was not changed.");
        return;
      }
      this.revision += 1; // the buttons of this review are used up; the next one is on its way
      const [first] = edit.entries();
      const start = first?.[1][0]?.range.start;
      if (first !== undefined && start !== undefined) {
        await this.jump(first[0], start.line, start.character);
      }
    } catch (error) {
      void vscode.window.showErrorMessage(`The paper was not changed: ${message(error)}`);
    }
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The page's frame; all content comes by message. */
export function pageHtml(webview: vscode.Webview, dist: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const sheet = webview.asWebviewUri(vscode.Uri.joinPath(dist, "review.css"));
  const script = webview.asWebviewUri(vscode.Uri.joinPath(dist, "review.js"));
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>Stress test</title>
<link rel="stylesheet" href="${sheet}">
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
