// The settings, read in one place; the defaults are the manifest's, and a test holds the two together.
import { homedir } from "node:os";
import * as vscode from "vscode";

export type ImportStrategy = "bundled" | "fromEnvironment";

export interface Config {
  serverPath: string;
  importStrategy: ImportStrategy;
  diagnosticsDelay: number;
  codeLens: boolean;
  markChecked: boolean;
  showPeaks: boolean;
  trace: "off" | "messages" | "verbose";
}

/** Setting names below `tanaka.`, each with the default that the manifest declares. */
export const DEFAULTS = {
  "server.path": "",
  importStrategy: "bundled",
  "diagnostics.delay": 400,
  codeLens: true,
  markChecked: false,
  showPeaks: false,
  "voice.enabled": false, // these four are read by the server and by the voice
  "voice.model": "",
  "voice.apiBase": "",
  "voice.python": "",
  "trace.server": "off",
} as const;

export const LANGUAGES = ["latex", "tex"];

/** Version-control views are left out on purpose: a finding in an old revision of a file would double the one in the paper. */
export const SCHEMES = ["file", "untitled", "vsls", "overleaf-workshop"];

/** What the server follows beside papers: the words of a bibliography and of the settings count before they are saved. */
export const BESIDE_PAPERS = [{ language: "bibtex" }, { pattern: "**/tanaka.toml" }];

export function isPaper(document: vscode.TextDocument | undefined): document is vscode.TextDocument {
  return document !== undefined && LANGUAGES.includes(document.languageId) && SCHEMES.includes(document.uri.scheme);
}

export function readConfig(): Config {
  const settings = vscode.workspace.getConfiguration("tanaka");
  return {
    serverPath: expandPath(
      settings.get<string>("server.path", DEFAULTS["server.path"]),
      vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    ),
    importStrategy: settings.get<ImportStrategy>("importStrategy", DEFAULTS.importStrategy),
    diagnosticsDelay: settings.get<number>("diagnostics.delay", DEFAULTS["diagnostics.delay"]),
    codeLens: settings.get<boolean>("codeLens", DEFAULTS.codeLens),
    markChecked: settings.get<boolean>("markChecked", DEFAULTS.markChecked),
    showPeaks: settings.get<boolean>("showPeaks", DEFAULTS.showPeaks),
    trace: settings.get<Config["trace"]>("trace.server", DEFAULTS["trace.server"]),
  };
}

/** Replaces a leading `~` and every `${workspaceFolder}`; without a folder the latter stays, so that the error names it. */
export function expandPath(path: string, folder: string | undefined, home = homedir()): string {
  const trimmed = path.trim();
  const fromHome = trimmed === "~" || /^~[\\/]/.test(trimmed) ? home + trimmed.slice(1) : trimmed;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder as the user writes it
  return folder === undefined ? fromHome : fromHome.replaceAll("${workspaceFolder}", folder);
}
