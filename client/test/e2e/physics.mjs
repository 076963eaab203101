// What the hardware says of a paper, as a person sees it: specifications, drawings under the pointer, peaks behind names.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checks, until } from "./checks.mjs";
import { findings, placeOf } from "./expected.mjs";
import { Workbench } from "./workbench.mjs";

const THEMES = { dark: "Dark Modern", light: "Light Modern" };
/** A hover is no higher than a quarter of the window: this one shows a table with the drawing under it. */
const SIZE = { width: 1400, height: 1900 };

/** Rules whose finding draws a picture, by what the picture shows: the example of the rule's own page is the paper. */
const DRAWN = { roofline: "TK201", "memory-timeline": "TK304", "break-even": "TK406" };

const NAMES = [
  "\\section{Set-up}",
  "We train Llama-2-7B in BF16 on 64 A100-SXM4-80GB GPUs, joined by HDR InfiniBand.",
  "",
  "\\section{Results}",
  "In BF16 each A100-SXM4-80GB sustains 138\\,TFLOP/s in training.",
  "",
  "In BF16 each A100-SXM4-80GB sustains 389\\,TFLOP/s on our largest matrix product.",
  "",
  "\\section{Serving}",
  "Each card sustains 201\\,TFLOP/s on the prompts.",
].join("\n");

const document = (body) => `\\documentclass{article}\n\\begin{document}\n${body}\n\\end{document}\n`;

/** The paper in the example of a rule's page, without the carets that say what is found. */
function exampleOf(tanaka, code) {
  const page = execFileSync(tanaka, ["explain", code], { encoding: "utf8" });
  const [, body] = /## Example[\s\S]*?```latex\n([\s\S]*?)```/.exec(page);
  const lines = body.trimEnd().split("\n");
  return lines.filter((line) => !/^\s*%\s*\^+\s*TK\d/.test(line)).join("\n");
}

function write(folder, name, body) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "main.tex"), document(body));
}

export async function run({ host, browser, tanaka, screenshots, copyPaper }) {
  const folder = copyPaper("physics");
  rmSync(folder, { recursive: true, force: true });
  write(folder, "names", NAMES);
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const checks = new Checks(screenshots);
  const vscode = new Workbench(page, host);
  const check = (name, body, limit) => checks.check(page, `physics: ${name}`, body, limit);
  const shot = (name) => page.screenshot({ path: join(screenshots, `${name}.png`) });
  const names = "names/main.tex";

  async function theme(kind) {
    await vscode.theme(THEMES[kind]);
    await page.waitForSelector(kind === "dark" ? ".monaco-workbench.vs-dark" : ".monaco-workbench.vs:not(.vs-dark)");
  }

  const said = async (hover) => (await hover.textContent()).replaceAll("\u00a0", " ");

  /** Waits until every image of a hover is decoded, and gives the size of the largest. */
  async function drawn(hover) {
    await hover.locator("img").first().waitFor();
    return until("the picture", async () => {
      const sizes = await hover
        .locator("img")
        .evaluateAll((images) => images.map((i) => [i.naturalWidth, i.naturalHeight]));
      return sizes.every(([width]) => width > 0) && sizes.sort((a, b) => b[0] - a[0])[0];
    });
  }

  try {
    await check("the paper opens", () => vscode.open(folder, names, 1), 90_000);
    await page.keyboard.press("Control+KeyB");

    const published = async (words, telling, picture) => {
      const at = placeOf(folder, names, words);
      await vscode.goTo(names, { line: at.line, character: 0 });
      const hover = await vscode.hover(at.line, at.from, at.to);
      for (const each of telling) {
        await until(`"${each}" in the hover`, async () => (await said(hover)).includes(each), 40_000);
      }
      await page.waitForTimeout(400);
      await shot(picture);
      return hover;
    };
    const device = "A100-SXM4-80GB";
    const specification = ["312 TFLOP/s", "2.039 TB/s", "NVIDIA A100 datasheet", "TK201, impossible"];

    await check(
      "a device shows its specification, what rests on it, and the paper's points under its roof",
      async () => {
        const hover = await published(device, specification, "specification-dark");
        const [width, height] = await drawn(hover);
        assert.ok(width > 300 && height > 150, `${width} x ${height}`);
        await shot("specification-dark");
      },
      60_000,
    );

    await check("a model and a link show theirs", async () => {
      await published("Llama-2-7B", ["4,096", "524.3 kB", "13.48 GB"], "model-dark");
      await published("HDR InfiniBand", ["200 Gb/s", "25 GB/s"], "link-dark");
    });

    await check("peaks and shares stand behind names and rates for who asks", async () => {
      await vscode.leave();
      const peaks = page.locator(".view-lines span", { hasText: /=\s20\.0\sPFLOP\/s\sbf16\sdense/ });
      const shares = page.locator(".view-lines span", { hasText: /=\s44%\sMFU/ });
      assert.equal(await peaks.count(), 0);
      await vscode.command("Tanaka: Show or Hide Peaks Behind Devices and Rates");
      await peaks.first().waitFor();
      await shares.first().waitFor();
      await shot("peaks-dark");
      await theme("light");
      await page.waitForTimeout(400);
      await shot("peaks-light");
      await theme("dark");
      await vscode.command("Tanaka: Show or Hide Peaks Behind Devices and Rates");
      await until("no peak", async () => (await peaks.count()) === 0);
    });

    await check("a device is declared where a rate names none", async () => {
      const at = placeOf(folder, names, "201\\,TFLOP/s");
      await vscode.goTo(names, { line: at.line, character: at.from + 1 });
      const row = await vscode.quickFix("Declare the ");
      await shot("declare-dark");
      await row.click();
      await page
        .locator(".view-line", { hasText: /tanaka:\sgiven\sdevice/ })
        .first()
        .waitFor();
      await vscode.saveAll();
    });

    for (const [what, code] of Object.entries(DRAWN)) {
      await check(
        `the hover of ${code} draws the ${what}`,
        async () => {
          write(folder, code, exampleOf(tanaka, code));
          const found = findings(tanaka, join(folder, code)).all.find((each) => each.code === code);
          assert.ok(found, `${code} finds nothing in its own example`);
          const { file, from, to } = found;
          await vscode.open(join(folder, code), file, from.line + 1);
          for (const kind of ["dark", "light"]) {
            await theme(kind);
            const under = () => vscode.squiggleAt(from.line, from.character, to.character);
            await until("the squiggle", under, 40_000);
            const hover = await vscode.hover(from.line, from.character, to.character);
            const [width, height] = await drawn(hover);
            assert.ok(width > 300 && height > 150, `${width} x ${height}`);
            await page.waitForTimeout(400);
            await shot(`${what}-${kind}`);
            await vscode.leave();
          }
          await theme("dark");
        },
        120_000,
      );
    }

    await check(
      "in light colours the specification follows",
      async () => {
        await vscode.open(folder, names, 1);
        await theme("light");
        const hover = await published(device, specification, "specification-light");
        await drawn(hover);
        await shot("specification-light");
        await theme("dark");
      },
      90_000,
    );
  } finally {
    await context.close();
  }
  return checks.failures;
}
