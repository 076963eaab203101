// The README's pictures: a sentence of the example underlined, with the worked equation beside it, as the editor shows them.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./checks.mjs";
import { findings } from "./expected.mjs";
import { Workbench } from "./workbench.mjs";

/** Left and right of what is shown, in CSS pixels; twice that on the picture. */
const MARGIN = 24;
/** A hover is no higher than a quarter of the window: this one shows all of its work. */
const SIZE = { width: 1100, height: 1500 };

export async function takePictures({ host, browser, tanaka, copyPaper, root }) {
  const folder = copyPaper("paper-pictures");
  const { all } = findings(tanaka, folder);
  const ratio = all.find(({ code, file }) => code === "TK101" && file === "sections/evaluation.tex");
  const pictures = join(root, "docs/pictures");
  mkdirSync(pictures, { recursive: true });
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: 2 });
  try {
    const page = await context.newPage();
    const vscode = new Workbench(page, host);
    // The cursor rests on a blank line, so that no word of the paper is marked for it.
    const lines = readFileSync(join(folder, ratio.file), "utf8").split("\n");
    const blank = lines.findLastIndex((line, index) => index < ratio.from.line && line.trim() === "");
    await vscode.open(folder, ratio.file, blank + 1);
    await page.keyboard.press("Control+KeyB"); // the side bar has nothing to say here
    const { from, to } = ratio;
    await until("the squiggle", () => vscode.squiggleAt(from.line, from.character, to.character), 60_000);
    const hover = await vscode.hover(from.line, from.character, to.character);
    await page.waitForTimeout(500); // the hover fades in
    const words = await vscode.rect(from.line, 0, ratio.lineText.length);
    const box = await hover.boundingBox();
    const left = Math.max(0, Math.min(words.left, box.x) - 3 * MARGIN);
    const top = Math.max(0, Math.min(words.top, box.y) - MARGIN);
    const right = Math.min(SIZE.width, Math.max(words.right, box.x + box.width) + MARGIN);
    const bottom = Math.min(SIZE.height, Math.max(words.bottom, box.y + box.height) + MARGIN);
    const file = join(pictures, "hover.png");
    await page.screenshot({ path: file, clip: { x: left, y: top, width: right - left, height: bottom - top } });
    console.log(`docs/pictures/hover.png: ${Math.round(2 * (right - left))} x ${Math.round(2 * (bottom - top))}`);
  } finally {
    await context.close();
  }
}
