// Activation: puts the parts together and registers the commands. What each part does is in its own file.
import * as vscode from "vscode";
import { Baselines } from "./baseline";
import { isPaper, readConfig } from "./config";
import { FactsPages } from "./facts";
import type { StressTestArgument } from "./protocol";
import { ReviewPanel } from "./review";
import { openSample } from "./sample";
import { NotRunning, Server } from "./server";
import { StatusItem } from "./status";
import { followTheme } from "./theme";
import { Voice } from "./voice";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("Tanaka", { log: true });
  const status = new StatusItem();
  const running = new Server(context, output);
  const panel = new ReviewPanel(context.extensionUri, running);
  const facts = new FactsPages();
  server = running;
  const baselines = new Baselines(context.workspaceState);
  running.baselines = () => baselines.remembered();
  const voice = new Voice(context, running);
  running.voice = voice;
  running.onStressTest = (argument) => panel.open(argument);
  panel.onStop = () => voice.stop();
  context.subscriptions.push(output, status, panel, facts, voice, running);

  let lastPaper: vscode.Uri | undefined;
  const remember = (editor: vscode.TextEditor | undefined) => {
    lastPaper = isPaper(editor?.document) ? editor?.document.uri : lastPaper;
    const known = lastPaper && running.statusOf(lastPaper);
    if (known !== undefined) {
      status.setStatus(known);
    }
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
  const chooseBaseline = async () => {
    const root = lastPaper && running.knownRoot(lastPaper);
    if (lastPaper === undefined || root === undefined) {
      void vscode.window.showInformationMessage("Open a LaTeX file of a paper first.");
      return false;
    }
    const chosen = await baselines.ask(root);
    if (chosen === undefined) {
      return false;
    }
    try {
      await running.chooseBaseline(lastPaper, chosen);
      await baselines.remember(root, chosen);
      return true;
    } catch (error) {
      void vscode.window.showErrorMessage(`The baseline was not chosen: ${text(error)}`);
      return false;
    }
  };
  panel.onChooseBaseline = async () => {
    await chooseBaseline();
  };
  const auditDelta = async () => {
    if (lastPaper === undefined) {
      void vscode.window.showInformationMessage("Open a LaTeX file first.");
      return;
    }
    const paper = lastPaper;
    try {
      if (!(await running.hasDelta(paper))) {
        const choose = "Choose Baseline";
        const why =
          running.statusOf(paper)?.note ?? "This paper has no baseline: none is named, and none lies beside it.";
        if ((await vscode.window.showInformationMessage(why, choose)) !== choose || !(await chooseBaseline())) {
          return;
        }
      }
      await panel.open({ uri: paper.toString(), scope: "paper", delta: true }, "mirror");
    } catch (error) {
      void vscode.window.showErrorMessage(`There is no delta: ${text(error)}`);
    }
  };
  const showWhatWouldBeSent = async () => {
    if (lastPaper === undefined) {
      void vscode.window.showInformationMessage("Open a LaTeX file first.");
    } else {
      await voice.show(panel.shown ?? { uri: lastPaper.toString(), scope: "paper" });
    }
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
      const why = error instanceof NotRunning ? error.message : `What was read cannot be shown: ${text(error)}`;
      void vscode.window.showErrorMessage(why);
    }
  };
  const toggle = (hint: "markChecked" | "showPeaks") => {
    const settings = vscode.workspace.getConfiguration("tanaka");
    return settings.update(hint, !readConfig()[hint], vscode.ConfigurationTarget.Global);
  };

  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    vscode.window.onDidChangeActiveTextEditor(remember),
    followTheme((kind) => void running.tellTheme(kind)),
    running.onState((state) => status.setState(state)),
    running.onState(
      (state) => state === "failed" && panel.notice("The server is not running; this is the last review."),
    ),
    // With several papers open, the status bar is about the one that is edited.
    running.onStatus((received) => status.setStatus((lastPaper && running.statusOf(lastPaper)) ?? received)),
    running.onStatus(() => panel.refresh()),
    voice.onPart((told) => panel.voiced(told)),
    voice.onState(({ state, label, note }) => {
      status.setVoice(label);
      if (state === "failed" && note !== null) {
        panel.notice(note);
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (["markChecked", "showPeaks"].some((hint) => event.affectsConfiguration(`tanaka.${hint}`))) {
        void running.configure(); // one may look at the hints and put them away: that starts nothing anew
      } else if (event.affectsConfiguration("tanaka")) {
        void running.restart();
      }
    }),
    command("tanaka.stressTestSection", () => stressTest("section")),
    command("tanaka.stressTestPaper", () => stressTest("paper")),
    command("tanaka.auditDelta", auditDelta),
    command("tanaka.chooseBaseline", chooseBaseline),
    command("tanaka.showWhatWasRead", showFacts),
    command("tanaka.toggleTicks", () => toggle("markChecked")),
    command("tanaka.togglePeaks", () => toggle("showPeaks")),
    command("tanaka.showWhatWouldBeSent", showWhatWouldBeSent),
    command("tanaka.setVoiceKey", () => voice.setKey(lastPaper)),
    command("tanaka.stopVoice", () => voice.stop()),
    command("tanaka.openSample", () => openSample(context)),
    command("tanaka.restartServer", () => running.restart()),
    command("tanaka.showOutput", () => output.show()),
  );
  void running.start(); // not awaited: the first start may make a Python environment, and the commands must work meanwhile
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
