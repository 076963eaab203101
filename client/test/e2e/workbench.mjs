// What a person does in VS Code, for the tests: open a file at a place, look at a line, hover, choose from a menu.
import { pageOf } from "../../../scripts/host.mjs";
import { until } from "./checks.mjs";

const EDITOR = ".part.editor .monaco-editor";
const QUICK_INPUT = ".quick-input-widget:visible input";
/** Half a pixel of rounding on either side. */
const PIXELS = 1.5;

export class Workbench {
  constructor(page, host) {
    this.page = page;
    this.host = host;
  }

  /** Opens a folder with a file in the editor; resolves when the text is there. */
  async open(folder, file, line) {
    await this.page.goto(pageOf(this.host.base, folder, `${folder}/${file}`, line));
    await this.page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list-row", { timeout: 60_000 });
    await this.page.waitForSelector(`${EDITOR} .view-line`, { timeout: 60_000 });
  }

  /** Brings a file of the folder to the front, with the cursor at a place (both from 0), through quick open. */
  async goTo(file, { line, character }) {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Control+KeyP");
    await this.page.waitForSelector(QUICK_INPUT);
    await this.page.keyboard.type(file);
    const name = file.split("/").at(-1);
    // Rows of earlier files stand there before the list is filtered; Enter takes the focused one.
    await this.page.waitForSelector(`.quick-input-list .monaco-list-row.focused:has-text("${name}")`);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(`.tab.active:has-text("${name}")`);
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
    await this.page.keyboard.press("Control+KeyG");
    await this.page.waitForSelector(QUICK_INPUT);
    await this.page.keyboard.type(`${line + 1}:${character + 1}`);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(`.statusbar-item:has-text("Ln ${line + 1}, Col ${character + 1}")`);
    await until(`line ${line + 1} of ${file} on the screen`, () => this.rect(line, character, character + 1));
  }

  /** Where characters [from, to) of a line stand on the screen, or null while the line is not there. */
  async rect(line, from, to) {
    return this.page.evaluate(
      ({ EDITOR, line, from, to }) => {
        const editor = [...document.querySelectorAll(EDITOR)].find((each) => each.querySelector(".line-numbers"));
        const number = [...(editor?.querySelectorAll(".line-numbers") ?? [])].find(
          (each) => each.textContent === String(line + 1),
        );
        if (number === undefined) {
          return null;
        }
        const top = number.getBoundingClientRect().top;
        const row = [...editor.querySelectorAll(".view-line")].find(
          (each) => Math.abs(each.getBoundingClientRect().top - top) < 3,
        );
        if (row === undefined) {
          return null;
        }
        const range = document.createRange();
        const nodes = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        let seen = 0;
        let started = false;
        for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
          const end = seen + node.length;
          if (!started && from < end) {
            range.setStart(node, from - seen);
            started = true;
          }
          if (started && to <= end) {
            range.setEnd(node, to - seen);
            const { left, right, top: y, bottom } = range.getBoundingClientRect();
            return { left, right, top: y, bottom, text: range.toString().replaceAll("\u00a0", " ") };
          }
          seen = end;
        }
        return null;
      },
      { EDITOR, line, from, to },
    );
  }

  /** Every squiggle on the screen: its severity and where it is. */
  async squiggles() {
    return this.page.evaluate((EDITOR) => {
      const severities = ["error", "warning", "info"];
      return severities.flatMap((severity) =>
        [...document.querySelectorAll(`${EDITOR} .squiggly-${severity}`)].map((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect();
          return { severity, left, right, top, bottom };
        }),
      );
    }, EDITOR);
  }

  /** The squiggle exactly under characters [from, to) of a line, if there is one. */
  async squiggleAt(line, from, to) {
    const words = await this.rect(line, from, to);
    if (words === null) {
      return undefined;
    }
    const under = (each) => each.top < words.bottom && each.bottom > words.top;
    const exact = (each) => Math.abs(each.left - words.left) < PIXELS && Math.abs(each.right - words.right) < PIXELS;
    return (await this.squiggles()).find((each) => under(each) && exact(each));
  }

  /** Rests the mouse on characters of a line; gives the hover that appears. */
  async hover(line, from, to) {
    await this.leave();
    const hover = this.page.locator(".monaco-hover:visible").filter({ has: this.page.locator(".hover-row") });
    // Whatever moves the text (a code lens that arrives) closes a hover; a hand that rests there moves again.
    await until("the hover", async () => {
      const words = await until(`line ${line + 1} on the screen`, () => this.rect(line, from, to));
      const y = (words.top + words.bottom) / 2;
      await this.page.mouse.move(words.left + 2, y);
      await this.page.mouse.move((words.left + words.right) / 2, y, { steps: 4 });
      return hover
        .first()
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
    });
    return hover.first();
  }

  /** Takes the mouse off whatever it rests on, and closes what it had opened. */
  async leave() {
    await this.page.mouse.move(700, 890);
    await this.page.keyboard.press("Escape");
    await this.page.waitForSelector(".monaco-hover:visible", { state: "hidden" });
  }

  /** Opens the quick-fix menu at the cursor; gives the row with a title. */
  async quickFix(title) {
    await this.leave();
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    await until(`the quick fix "${title}"`, async () => {
      await this.page.keyboard.press("Control+Period");
      return row
        .first()
        .waitFor({ timeout: 3000 })
        .then(
          () => true,
          async () => {
            await this.page.keyboard.press("Escape"); // the menu without it; the server may not have answered yet
            return false;
          },
        );
    });
    return row.first();
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("F1");
    await this.page.waitForSelector(QUICK_INPUT);
    await this.page.keyboard.type(title);
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  /** Chooses a colour theme by its name, as a person does. */
  async theme(name) {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Control+KeyK");
    await this.page.keyboard.press("Control+KeyT");
    await this.page.waitForSelector(QUICK_INPUT);
    await this.page.keyboard.type(name);
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  async saveAll() {
    await this.command("File: Save All Files");
    await until("every file saved", () => this.page.evaluate(() => document.querySelector(".tab.dirty") === null));
  }

  /** The rows of the Problems view, each once: the list holds no more than the screen shows, so it is scrolled through. */
  async problems() {
    if (!(await this.page.locator(".markers-panel").isVisible())) {
      await this.page.keyboard.press("Control+Shift+KeyM"); // the same keys would close it again
    }
    const rows = this.page.locator(".markers-panel .monaco-list-row");
    await rows.first().waitFor();
    await this.page.locator(".markers-panel .monaco-list").hover();
    await this.page.mouse.wheel(0, -100_000);
    const seen = new Map();
    for (let before = -1; seen.size > before; ) {
      before = seen.size;
      for (const [index, text] of await rows.evaluateAll((all) =>
        all.map((row) => [row.getAttribute("data-index"), row.textContent]),
      )) {
        seen.set(index, text);
      }
      await this.page.mouse.wheel(0, 100);
      await this.page.waitForTimeout(100); // the list draws its rows after the wheel
    }
    return [...seen.values()];
  }

  statusBar() {
    return this.page.locator(".statusbar-item", { hasText: "Tanaka:" }).first().textContent();
  }

  /** The inside of the stress-test panel. */
  panel() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }
}
