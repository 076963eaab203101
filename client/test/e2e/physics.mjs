// What the hardware says of a paper, as a person sees it: specifications, drawings under the pointer, peaks behind names.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checks, until } from "./checks.mjs";
import { placeOf } from "./expected.mjs";
import { Workbench } from "./workbench.mjs";

const THEMES = { dark: "Dark Modern", light: "Light Modern" };
/** A hover is no higher than a quarter of the window: this one shows a table with the drawing under it. */
const SIZE = { width: 1400, height: 1900 };

/** What is drawn, the sentences that it is drawn of, the number under the pointer, and what the picture says. */
const DRAWN = {
  roofline: [
    "In BF16 each A100 sustains 389\\,TFLOP/s on our largest matrix product.",
    "389\\,TFLOP/s",
    "above the peak",
  ],
  "memory-timeline": [
    "We train Llama-2-7B with FSDP on 64 A100-80GB GPUs. The sequence length is 4,096 and the micro-batch size is 1.\nWe train with FlashAttention and AdamW.",
    "4,096",
    "needs most",
  ],
  "break-even": [
    "We compress the 1.4\\,GB gradient to 28\\,MB and send it over 400\\,Gb/s links;\nencoding and decoding take 180\\,ms, and training is faster.",
    "180\\,ms",
    "even at 15.2 GB/s",
  ],
};

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

function write(folder, name, body) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "main.tex"), document(body));
}

export async function run({ host, browser, screenshots, copyPaper }) {
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
      await page.waitForTimeout(400); // the editor fades in: only the picture waits for it
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
      await page.waitForTimeout(400); // the editor fades in: only the picture waits for it
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

    await check("in light colours the specification follows", async () => {
      await theme("light");
      const hover = await published(device, specification, "specification-light");
      await drawn(hover);
      await shot("specification-light");
      await theme("dark");
    });

    await page.keyboard.press("Control+KeyB"); // each paper below is opened anew, with its list of files
    for (const [what, [text, words, telling]] of Object.entries(DRAWN)) {
      await check(
        `a hover draws the ${what}, light and dark`,
        async () => {
          write(folder, what, text);
          const at = placeOf(join(folder, what), "main.tex", words);
          await vscode.open(join(folder, what), "main.tex", 1);
          for (const kind of ["dark", "light"]) {
            await theme(kind);
            const picture = await until(
              "the hover with its picture",
              async () => {
                const hover = await vscode.hover(at.line, at.from, at.to);
                const found = hover.locator(`img[alt*="${telling}"]`);
                return (await found.count()) > 0 && (await drawn(hover)) && found.first();
              },
              40_000,
            );
            const { width, height } = await picture.boundingBox();
            assert.ok(width > 300 && height > 100, `${width} x ${height}`);
            await page.waitForTimeout(400); // the editor fades in: only the picture waits for it
            await shot(`${what}-hover-${kind}`);
            await vscode.leave();
          }
          await theme("dark");
        },
        120_000,
      );
    }
  } finally {
    await context.close();
  }
  return checks.failures;
}
