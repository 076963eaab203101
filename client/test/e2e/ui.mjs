// The main job through the eyes and hands of a person: findings under the right words, the work shown, the fix on disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Checks, until } from "./checks.mjs";
import { applied, findings, placeOf } from "./expected.mjs";
import { Workbench } from "./workbench.mjs";

const PARTS = ["The Mirror", "The Novelty Gap", "The Mechanism Stress Test", "The Twist"];
const SEVERITY = { impossible: "error", implausible: "warning", open: "info" };
const THEMES = { dark: "Dark Modern", light: "Light Modern" };

/** The language server that the extension started: a process of the host's own group. */
function serverOf(host) {
  const rows = execFileSync("ps", ["-e", "-o", "pid=,pgid=,args="], { encoding: "utf8" }).trim().split("\n");
  const found = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)).filter((match) => match !== null);
  const servers = found.filter(
    ([, , group, args]) => Number(group) === host.pid && /tanaka.* serve --stdio/.test(args),
  );
  return servers.map(([, pid]) => Number(pid));
}

export async function run({ host, browser, tanaka, screenshots, copyPaper }) {
  const folder = copyPaper("paper");
  const { all, coverage } = findings(tanaka, folder);
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const checks = new Checks(screenshots);
  const vscode = new Workbench(page, host);
  const check = (name, body, limit) => checks.check(page, `ui: ${name}`, body, limit);
  const shot = (name) => page.screenshot({ path: join(screenshots, `${name}.png`) });
  const of = (code, file) => all.find((each) => each.code === code && (file === undefined || each.file === file));
  const ratio = of("TK101", "sections/evaluation.tex");
  const peak = of("TK201");
  const straggler = of("TK501");
  const inFile = (file) => all.filter((each) => each.file === file && each.text !== undefined);

  async function theme(kind) {
    await vscode.theme(THEMES[kind]);
    await page.waitForSelector(kind === "dark" ? ".monaco-workbench.vs-dark" : ".monaco-workbench.vs:not(.vs-dark)");
  }

  const squiggled = (each) => vscode.squiggleAt(each.from.line, each.from.character, each.to.character);

  try {
    await check("the example opens in VS Code", () => vscode.open(folder, ratio.file, ratio.start.line), 90_000);

    await check(
      "the status bar shows the findings and how many numbers were checked",
      async () => {
        const tally = (verdict) => all.filter((each) => each.verdict === verdict).length;
        const findings = `${tally("impossible")} impossible, ${tally("implausible")} implausible`;
        const text = await until(
          `"${findings}" in the status bar`,
          async () => {
            const said = await vscode.statusBar();
            // What follows from the baseline comes a moment after the rest.
            return said.includes(findings) && said;
          },
          40_000,
        );
        assert.ok(text.includes(`${coverage.quantities} numbers, ${coverage.checked} checked · engine only`), text);
      },
      60_000,
    );

    if (checks.failures.length > 0) {
      return checks.failures; // without a server each check below would only wait for its time limit
    }

    await check("each squiggle is exactly under the words that the command line names", async () => {
      const here = inFile(ratio.file);
      assert.ok(here.length >= 3, `only ${here.length} findings in ${ratio.file}`);
      for (const each of here) {
        const found = await until(`a squiggle under "${each.text}" (line ${each.start.line})`, () => squiggled(each));
        assert.equal(found.severity, SEVERITY[each.verdict]);
        const { text } = await vscode.rect(each.from.line, each.from.character, each.to.character);
        assert.equal(text, each.text);
      }
      const errors = (await vscode.squiggles()).filter(({ severity }) => severity === "error");
      assert.equal(errors.length, here.filter((each) => each.verdict === "impossible").length);
    });

    await check("the Problems view lists every finding at its line and column", async () => {
      const rows = await until("all rows", async () => {
        const seen = await vscode.problems();
        return seen.filter((row) => /TK\d+/.test(row)).length >= all.length && seen;
      });
      const places = rows.flatMap((row) =>
        [...row.matchAll(/(TK\d+)[\s\S]*?\[Ln (\d+), Col (\d+)\]/g)].map((m) => m.slice(1).join(" ")),
      );
      const wanted = all.map((each) => `${each.code} ${each.from.line + 1} ${each.from.character + 1}`);
      assert.deepEqual(places.sort(), wanted.sort());
      await shot("problems-dark");
    });
    await page.keyboard.press("Control+Shift+KeyM");

    await check("a code lens offers the stress test above the section", () =>
      page.locator(".codelens-decoration a", { hasText: "Stress-test this section" }).first().waitFor(),
    );
    await shot("paper-dark");

    await check("the hover shows the worked equation", async () => {
      const hover = await vscode.hover(ratio.from.line, ratio.from.character, ratio.to.character);
      for (const { value } of ratio.derivation.slice(0, 3)) {
        // The message of the finding is there at once, the server's own words come a moment later.
        await until(`${value} in the hover`, async () =>
          (await hover.textContent()).replaceAll("\u00a0", " ").includes(String(value).slice(0, 4)),
        );
      }
      await page.waitForTimeout(300);
      await shot("hover-dark");
    });

    await check("a number that agrees is green in its hover, and carries a tick for who asks", async () => {
      const agrees = placeOf(folder, "sections/evaluation.tex", "$1.44\\times$");
      await vscode.goTo(agrees.file, { line: agrees.line, character: agrees.from });
      const hover = await vscode.hover(agrees.line, agrees.from, agrees.to);
      await until("the equation", async () =>
        (await hover.textContent()).replaceAll("\u00a0", " ").includes("consistent: 3.05 s / 2.12 s = 1.439"),
      );
      const [width] = await until("the green mark", () =>
        hover.locator("img").evaluateAll((images) => images.map((i) => i.naturalWidth).filter((w) => w > 0)),
      );
      assert.equal(width, 14);
      await page.waitForTimeout(300);
      await shot("consistent-dark");
      await vscode.leave();
      const ticks = page.locator(".view-lines span", { hasText: /^\s*✓\s*$/ });
      assert.equal(await ticks.count(), 0);
      await vscode.command("Tanaka: Show or Hide Ticks Behind Consistent Numbers");
      await ticks.first().waitFor();
      await shot("ticks-dark");
      await theme("light");
      await vscode.hover(agrees.line, agrees.from, agrees.to);
      await page.waitForTimeout(500);
      await shot("consistent-light");
      await vscode.leave();
      await theme("dark");
      await vscode.command("Tanaka: Show or Hide Ticks Behind Consistent Numbers");
      await until("no tick", async () => (await ticks.count()) === 0);
    });

    await check("the hover's picture is decoded and drawn", async () => {
      await vscode.goTo(peak.file, peak.from);
      await until("the squiggle", () => squiggled(peak));
      const hover = await vscode.hover(peak.from.line, peak.from.character, peak.to.character);
      await hover.locator("img").first().waitFor();
      const sizes = await until("the picture", async () => {
        const all = await hover
          .locator("img")
          .evaluateAll((images) => images.map((i) => [i.naturalWidth, i.naturalHeight]));
        return all.length > 0 && all.every(([width]) => width > 0) && all;
      });
      assert.ok(
        sizes.every(([width, height]) => width > 100 && height > 50),
        String(sizes),
      );
      await page.waitForTimeout(300);
      await shot("roofline-dark");
    });

    await check("the quick fix writes the recomputed value, the squiggle goes, the file is saved", async () => {
      await vscode.goTo(ratio.file, ratio.from);
      await until("the squiggle", () => squiggled(ratio));
      const fix = ratio.fixes.find(({ kind }) => kind === "quickfix");
      const row = await vscode.quickFix(fix.title);
      await shot("quick-fix-dark");
      await row.click();
      await until("no squiggle on the line", async () => {
        const { top, bottom } = await vscode.rect(ratio.from.line, 0, ratio.from.character);
        return !(await vscode.squiggles()).some((each) => each.top < bottom && each.bottom > top);
      });
      await vscode.saveAll();
      const mended = applied(ratio.lineText, fix);
      assert.notEqual(mended, ratio.lineText);
      const line = () => readFileSync(join(folder, ratio.file), "utf8").split("\n")[ratio.from.line];
      await until("the change on disk", () => line() === mended);
      assert.ok(!findings(tanaka, folder).all.some((each) => each.fingerprint === ratio.fingerprint));
    });

    await check("the straggler experiment is inserted from the quick-fix menu and saved", async () => {
      await vscode.goTo(straggler.file, straggler.from);
      await until("the squiggle", () => squiggled(straggler));
      // Its levels are computed from the paper, which the quick fix has just changed.
      const insert = findings(tanaka, folder)
        .all.find(({ code }) => code === straggler.code)
        .fixes.find(({ kind }) => kind === "insert");
      const row = await vscode.quickFix(insert.title);
      await shot("experiment-menu-dark");
      await row.click();
      const { file, new_text } = insert.edits[0];
      await until(`${file} changed`, async () => {
        await vscode.saveAll();
        return readFileSync(join(folder, file), "utf8").includes(new_text.trim());
      });
      await shot("experiment-dark");
    });

    await check("the palette's stress test opens the panel with its four parts", async () => {
      await vscode.goTo(ratio.file, ratio.from);
      await vscode.command("Tanaka: Stress-Test This Section");
      const panel = vscode.panel();
      for (const part of PARTS) {
        await panel.getByRole("heading", { name: part, exact: true }).waitFor();
      }
      assert.equal(
        (await panel
          .locator("main > section")
          .filter({ has: panel.locator("h2") })
          .count()) >= PARTS.length,
        true,
      );
      await shot("panel-dark");
    });

    await check("the delta is audited from the palette, against the PDF beside the paper", async () => {
      await vscode.goTo(ratio.file, ratio.from);
      await vscode.command("Tanaka: Audit Delta Against Baseline");
      const panel = vscode.panel();
      const mirror = panel.locator("#mirror");
      await mirror.locator("tbody tr").first().waitFor();
      await panel.locator(".baseline", { hasText: "Against proposal_call.pdf, named in tanaka.toml." }).waitFor();
      const kinds = await mirror.locator("tbody tr td:first-child").allTextContents();
      assert.ok(kinds.includes("kept") && kinds.includes("added"), kinds.join());
      const heading = mirror.locator("h2");
      await until("the panel at the Mirror", async () => {
        const box = await heading.boundingBox();
        return box !== null && box.y > 0 && box.y < 300;
      });
      await shot("delta-dark");
      await mirror.locator("a.at", { hasText: "proposal_call.pdf" }).first().click();
      await page.waitForSelector('.tab.active:has-text("proposal_call.pdf")');
    });

    await check("another baseline is chosen, and the old one taken back", async () => {
      // The page that stands for a PDF keeps the keys that are pressed in it.
      await page
        .locator(".tab", { hasText: ratio.file.split("/").at(-1) })
        .first()
        .click();
      await vscode.goTo(ratio.file, ratio.from);
      const choose = async (label) => {
        await page.keyboard.press("F1");
        await page.waitForSelector(".quick-input-widget:visible input");
        await page.keyboard.type("Tanaka: Choose Baseline");
        await page.locator(".monaco-list-row.focused", { hasText: "Tanaka: Choose Baseline" }).waitFor();
        await page.keyboard.press("Enter");
        // The list of baselines takes the place of the palette.
        await page.waitForSelector('.quick-input-title:visible:has-text("Choose Baseline")');
        await page.keyboard.type(label);
        await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label }).waitFor();
        await page.keyboard.press("Enter");
        await page.waitForSelector(".quick-input-widget", { state: "hidden" });
      };
      await choose("baseline");
      const panel = vscode.panel();
      await panel.locator(".baseline", { hasText: "Against baseline/main.tex, your choice." }).waitFor();
      await choose("What tanaka.toml names");
      await panel.locator(".baseline", { hasText: "Against proposal_call.pdf" }).waitFor();
    });

    await check("a place in the panel leads back to its line", async () => {
      const panel = vscode.panel();
      const place = panel
        .locator("a, button")
        .filter({ hasText: /^[\w/-]+\.tex:\d+$/ })
        .last();
      const [, line] = /:(\d+)$/.exec((await place.textContent()).trim());
      await place.click();
      await page.waitForSelector(`.statusbar-item:has-text("Ln ${line},")`);
    });

    await check("in light colours the paper, the hover and the panel follow", async () => {
      await theme("light");
      await page.waitForTimeout(1000);
      await shot("panel-light");
      await page.keyboard.press("Control+KeyK");
      await page.keyboard.press("Control+KeyW");
      await vscode.goTo(peak.file, peak.from);
      await until("the squiggle", () => squiggled(peak));
      const hover = await vscode.hover(peak.from.line, peak.from.character, peak.to.character);
      await hover.locator("img").first().waitFor();
      await page.waitForTimeout(300);
      await shot("roofline-light");
      await vscode.leave();
      await vscode.goTo(of("TK102").file, of("TK102").from);
      await shot("paper-light");
      await theme("dark");
    });

    await check("the code lens opens the panel too", async () => {
      await vscode.command("View: Close All Editors");
      await vscode.goTo(ratio.file, { line: 0, character: 0 });
      await page.locator(".codelens-decoration a", { hasText: "Stress-test this section" }).first().click();
      await vscode.panel().getByRole("heading", { name: PARTS[0], exact: true }).waitFor();
    });

    await check("a server that is killed is started again", async () => {
      const [before] = serverOf(host);
      assert.ok(before > 0, "no server was found");
      process.kill(before, "SIGKILL");
      const after = await until("another server", () => serverOf(host).find((pid) => pid !== before), 25_000);
      assert.notEqual(after, before);
      await vscode.command("View: Close All Editors"); // the panel has the focus, and would share its column
      await vscode.goTo(peak.file, peak.from);
      await until("the squiggle", () => squiggled(peak));
      await until("the status bar", async () => (await vscode.statusBar()).includes("checked"));
    });
  } finally {
    await context.close();
  }
  return checks.failures;
}
