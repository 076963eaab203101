// The editor's theme in the server's words.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ColorThemeKind } from "vscode";
import { followTheme, themeKind } from "../../src/theme";
import { events } from "./vscode";

describe("the theme", () => {
  it("is one of four kinds", () => {
    assert.equal(themeKind(ColorThemeKind.Dark), "dark");
    assert.equal(themeKind(ColorThemeKind.Light), "light");
    assert.equal(themeKind(ColorThemeKind.HighContrast), "high-contrast");
    assert.equal(themeKind(ColorThemeKind.HighContrastLight), "high-contrast-light");
  });

  it("is told when it changes, until nobody follows any more", () => {
    const told: string[] = [];
    const following = followTheme((kind) => told.push(kind));
    events.theme.fire({ kind: ColorThemeKind.Light });
    following.dispose();
    events.theme.fire({ kind: ColorThemeKind.Dark });
    assert.deepEqual(told, ["light"]);
  });
});
