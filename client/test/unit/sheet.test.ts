// The panel's sheet: the editor's colours, nothing that moves, and high contrast by the theme's own marks.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mark } from "../../webview/marks";
import { render } from "../../webview/render";
import { page, parser } from "./dom";
import { review } from "./fixture";
import { Random } from "./random";
import { textOf } from "./root";

const sheet = textOf("client/webview/review.css").replaceAll(/\/\*[\s\S]*?\*\//g, "");

/** The declarations of the rules whose selector is exactly this. */
function rule(selector: string): string {
  const rules = [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, name = ""]) => name.trim() === selector);
  assert.ok(rules.length > 0, `no rule for ${selector}`);
  return rules.map(([, , declarations]) => declarations).join("");
}

describe("the sheet", () => {
  it("has colours of its own only for the four marks of the plots", () => {
    const colours = [...sheet.matchAll(/#[0-9a-f]{3,8}\b/gi)].map(([colour]) => colour);
    assert.equal(colours.length, 4);
    assert.deepEqual(
      colours.filter((colour) => !rule(":root").includes(colour)),
      [],
    );
    assert.doesNotMatch(sheet, /\b(rgba?|hsla?)\(/);
  });

  it("gives the marks to the theme in high contrast, dark and light", () => {
    const contrast = rule("body.vscode-high-contrast,\nbody.vscode-high-contrast-light");
    for (const name of ["ours", "fault", "held", "ink"]) {
      assert.match(rule(":root"), new RegExp(`--${name}: #`));
      assert.match(contrast, new RegExp(`--${name}: var\\(--vscode-`));
    }
  });

  it("draws its lines in the theme's contrast colour where there is one", () => {
    assert.match(rule(":root"), /--hairline: 1px solid var\(--vscode-contrastBorder,/);
    const lines = [...sheet.matchAll(/border(?:-top|-bottom)?: ([^;]+);/g)].map(([, value]) => value);
    assert.ok(lines.length > 5);
    for (const line of lines) {
      assert.match(
        line ?? "",
        /^(var\(--hairline\)|1px solid var\(--vscode-(contrastBorder|button-border), transparent\))$/,
      );
    }
  });

  it("moves nothing", () => {
    assert.doesNotMatch(sheet, /transition|animation|@keyframes|scroll-behavior/);
  });

  it("shows where the focus is, and never hides it", () => {
    assert.match(rule(":focus-visible"), /outline: 1px solid var\(--vscode-focusBorder\)/);
    assert.doesNotMatch(sheet, /outline: (none|0)/);
  });

  it("loads nothing", () => {
    assert.doesNotMatch(sheet, /@import|url\(/);
  });

  it("scrolls what is too wide in its own box", () => {
    assert.match(rule(".drawing"), /overflow-x: auto/);
    assert.match(rule("pre"), /overflow-x: auto/);
    assert.match(rule(".latex"), /min-width: 0/);
  });

  it("has a rule for every class of the page but the verdicts' words, and no rule for another", () => {
    const { document } = page();
    const reviews = [
      review(),

      ...Array.from({ length: 25 }, (_, seed) => new Random(seed).review()),
    ];
    const mains = reviews.map((each) => render({ document, parser, open: new Set(), notice: "", revision: 1 }, each));
    const marks = (["impossible", "implausible", "open", "answered"] as const).map((each) =>
      mark(document, each, true),
    );
    const used = new Set<string>();
    for (const element of [...mains, ...marks].flatMap((root) => [root, ...root.querySelectorAll("[class]")])) {
      for (const name of (element.getAttribute("class") ?? "").split(/\s+/)) {
        used.add(name);
      }
    }
    used.delete("");
    const ruled = new Set([...sheet.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = ""]) => name));
    // The drawings' classes are the server's, in four colours each for fill, line and text.
    const drawn = ["f", "l", "t"].flatMap((kind) => ["ours", "fault", "held", "ink"].map((name) => `${kind}-${name}`));
    assert.deepEqual(
      [...drawn].filter((name) => !ruled.has(name)),
      [],
    );
    const known = new Set([...used, ...drawn, "vscode-high-contrast", "vscode-high-contrast-light"]);
    assert.deepEqual(
      [...ruled].filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual(
      [...used].filter((name) => !ruled.has(name)),
      [],
    );
  });

  it("is whole: every brace is closed", () => {
    assert.equal(sheet.split("{").length, sheet.split("}").length);
  });
});
