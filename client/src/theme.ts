// The editor's colour theme in the words the server uses; drawings in hovers cannot follow the theme by themselves.
import * as vscode from "vscode";
import type { ThemeKind } from "./protocol";

export function themeKind(kind: vscode.ColorThemeKind): ThemeKind {
  switch (kind) {
    case vscode.ColorThemeKind.Light:
      return "light";
    case vscode.ColorThemeKind.HighContrast:
      return "high-contrast";
    case vscode.ColorThemeKind.HighContrastLight:
      return "high-contrast-light";
    default:
      return "dark";
  }
}

/** Calls `tell` whenever the theme changes. */
export function followTheme(tell: (kind: ThemeKind) => void): vscode.Disposable {
  return vscode.window.onDidChangeActiveColorTheme((theme) => tell(themeKind(theme.kind)));
}
