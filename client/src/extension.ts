// Activation: puts the parts together and registers the commands. What each part does is in its own file.
import * as vscode from "vscode";
import { isPaper } from "./config";
import { FactsPages } from "./facts";
import type { StressTestArgument } from "./protocol";
import { ReviewPanel } from "./review";
import { openSample } from "./sample";
import { NotRunning, Server } from "./server";
import { StatusItem } from "./status";
import { followTheme } from "./theme";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("Tanaka", { log: true });
  const status = new StatusItem();
  const running = new Server(context, output);
  const panel = new ReviewPanel(context.extensionUri, running);
  const facts = new FactsPages();
  server = running;
  running.onStressTest = (argument) => panel.open(argument);
  context.subscriptions.push(output, status, panel, facts, running);

  let lastPaper: vscode.Uri | undefined;
  const remember = (editor: vscode.TextEditor | undefined) => {
    lastPaper = isPaper(editor?.document) ? editor?.document.uri : lastPaper;
  };
  remember(vscode.window.activeTextEditor);
  const stressTest = (scope: StressTestArgument["scope"]) => {
    const editor = vscode.window.activeTextEditor;
    const line = isPaper(editor?.document) ? editor?.selection.active.line : undefined;
    if (lastPaper === undefined) {
      void vscode.window.showInformationMessage("Open a LaTeX file first.");
      return undefined;
    }
    return panel.open({ uri: lastPaper.toString(), scope, ...(line === undefined ? {} : { line }) });
  };
  const showFacts = async () => {
    try {
      const found = lastPaper && (await running.facts(lastPaper));
      if (lastPaper === undefined || !found) {
        void vscode.window.showInformationMessage("Nothing was read: open a LaTeX file of a paper first.");
      } else {
        await facts.show(found, running.rootOf(lastPaper, found.root));
      }
    } catch (error) {
      const why = error instanceof NotRunning ? error.message : `What was read cannot be shown: ${String(error)}`;
      void vscode.window.showErrorMessage(why);
    }
  };

  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(remember),
    followTheme((kind) => void running.tellTheme(kind)),
    running.onState((state) => status.setState(state)),
    running.onState(
      (state) => state === "failed" && panel.notice("The server is not running; this is the last review."),
    ),
    running.onStatus((received) => status.setStatus(received)),
    running.onStatus(() => panel.refresh()),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("tanaka") && running.restart()),
    command("tanaka.stressTestSection", () => stressTest("section")),
    command("tanaka.stressTestPaper", () => stressTest("paper")),
    command("tanaka.showWhatWasRead", showFacts),
    command("tanaka.openSample", () => openSample(context)),
    command("tanaka.restartServer", () => running.restart()),
    command("tanaka.showOutput", () => output.show()),
  );
  void running.start(); // not awaited: the first start may make a Python environment, and the commands must work meanwhile
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
