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
  type StressTestArgument,
  type ToPage,
} from "./protocol";

export const VIEW_TYPE = "tanaka.review";

/** What the panel needs of the server. */
export interface Reviewer {
  stressTest(argument: StressTestArgument): Promise<Review | null>;
  toEdit(edit: WorkspaceEdit): Promise<vscode.WorkspaceEdit>;
}

/** Where a line is after a change of its document; undefined when the line itself was taken away. */
export function shiftLine(line: number, changes: readonly vscode.TextDocumentContentChangeEvent[]): number {
  let shift = 0;
  for (const { range, text } of changes) {
    const before = range.end.line < line || (range.end.line === line && range.end.character === 0);
    if (before) {
      shift += text.split("\n").length - 1 - (range.end.line - range.start.line);
    } else if (range.start.line < line && range.end.line >= line) {
      shift += range.start.line - line;
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

export class ReviewPanel implements vscode.Disposable, vscode.WebviewPanelSerializer<PageState> {
  private panel: vscode.WebviewPanel | undefined;
  private request: StressTestArgument | undefined;
  private review: Review | undefined;
  private revision = 0;
  private asking: Promise<void> | undefined;
  private askAgain = false;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly reviewer: Reviewer,
  ) {
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (this.request?.line !== undefined && document.uri.toString() === this.request.uri) {
          this.request = { ...this.request, line: shiftLine(this.request.line, contentChanges) };
        }
      }),
    ];
  }

  /** Asks for a review and shows it; says so where there is none. */
  async open(argument: StressTestArgument): Promise<void> {
    const options = { location: vscode.ProgressLocation.Window, title: "Tanaka: stress-testing" };
    let review: Review | null;
    try {
      review = await vscode.window.withProgress(options, () => this.reviewer.stressTest(argument));
    } catch (error) {
      void vscode.window.showErrorMessage(`There is no stress test: ${message(error)}`);
      return;
    }
    if (review === null) {
      void vscode.window.showInformationMessage("There is nothing to stress-test here: this file belongs to no paper.");
      return;
    }
    if (this.panel === undefined) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
      this.adopt(vscode.window.createWebviewPanel(VIEW_TYPE, "Stress test", column, this.webviewOptions()));
    } else {
      this.panel.reveal(undefined, false);
    }
    this.take(argument, review);
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
    this.post({ type: "notice", text });
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

  private async askWhileNeeded(): Promise<void> {
    do {
      this.askAgain = false;
      const request = this.request;
      if (request === undefined) {
        return;
      }
      try {
        const review = await this.reviewer.stressTest(request);
        if (review !== null && this.request?.uri === request.uri && this.request.scope === request.scope) {
          this.take(request, review);
        } else if (review === null) {
          this.notice("This place is no longer part of a paper; what you see is the last review of it.");
        }
      } catch (error) {
        this.notice(`${message(error)} What you see is the last review.`);
      }
    } while (this.askAgain && this.panel !== undefined);
  }

  private take(request: StressTestArgument, review: Review): void {
    // From here on the section is asked for by its own heading, which moves less than the line that was clicked.
    this.request =
      request.scope === "section" ? { uri: review.at.uri, line: review.at.line, scope: "section" } : { ...request };
    this.review = review;
    this.revision += 1;
    if (this.panel !== undefined) {
      this.panel.title = `Stress test: ${review.title}`;
    }
    this.send();
  }

  private send(): void {
    if (this.review !== undefined && this.request !== undefined) {
      this.post({ type: "review", review: this.review, request: this.request, revision: this.revision });
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
    panel.iconPath = vscode.Uri.joinPath(this.extension, "client", "media", "icon.png");
    panel.webview.onDidReceiveMessage((fromPage: FromPage) => this.answer(fromPage));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.review = undefined;
      this.request = undefined;
    });
    panel.webview.html = pageHtml(panel.webview, vscode.Uri.joinPath(this.extension, "client", "dist"));
  }

  private async answer(fromPage: FromPage): Promise<void> {
    switch (fromPage.type) {
      case "ready":
        this.send();
        return;
      case "jump":
        await this.jump(vscode.Uri.parse(fromPage.uri, true), fromPage.line, fromPage.column);
        return;
      case "copy":
        await vscode.env.clipboard.writeText(fromPage.text);
        vscode.window.setStatusBarMessage("Copied as LaTeX", 3000);
        return;
      case "act":
        await this.act(fromPage.revision, fromPage.index);
    }
  }

  private async jump(uri: vscode.Uri, line: number, column: number): Promise<void> {
    try {
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
      this.notice("The paper has changed since this was written; it is read again. Try once more.");
      await this.refresh();
      return;
    }
    try {
      const edit = await this.reviewer.toEdit(action.edit);
      if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) {
        this.notice("The paper was not changed.");
        return;
      }
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
