// Runs client/test/host/index.js inside the extension host of the same VS Code, where it has the `vscode` API.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pageOf } from "../../../scripts/host.mjs";
import { findings } from "./expected.mjs";

const LIMIT_MS = 180_000;
/** How often the window is opened: VS Code sometimes reads a workspace before its files can be read, and has no folder then. */
const STARTS = 3;
/** What lies on the disk under the very names of the virtual project: whoever reads it shows findings that are not there. */
const DECOY = "Every number here is wrong: the step falls from 400\\,ms to 100\\,ms, a $9\\times$ speedup.\n";

function layDecoy(folder) {
  mkdirSync(join(folder, "sections"), { recursive: true });
  const main = `\\documentclass{article}\n\\begin{document}\n${DECOY}\\input{sections/eval}\n\\end{document}\n`;
  writeFileSync(join(folder, "main.tex"), main);
  writeFileSync(join(folder, "sections/eval.tex"), DECOY);
  writeFileSync(join(folder, "refs.bib"), "@book{decoy, title={Read from the disk}}\n");
  writeFileSync(join(folder, "baseline.pdf"), "no PDF");
  writeFileSync(join(folder, "tanaka.toml"), '[paper]\nbaseline = "nowhere.pdf"\n');
}

export async function run({ host, browser, tanaka, screenshots, copyPaper, root }) {
  const folder = copyPaper("paper-api");
  // What the tests in there compare with: they cannot start a process of their own profile, so it lies beside the folder.
  writeFileSync(join(folder, "../expected.json"), JSON.stringify(findings(tanaka, folder)));
  layDecoy(join(folder, "../Stale Pipeline"));
  // With a workspace file, a second folder can be added while the tests run.
  const workspace = `${folder}.code-workspace`;
  writeFileSync(workspace, JSON.stringify({ folders: [{ path: folder }] }));
  const installed = readdirSync(host.extensions).find((name) => name.startsWith("tanaka.tanaka-"));
  if (installed === undefined) {
    throw new Error(`the extension is not in ${host.extensions}`);
  }
  const authority = new URL(host.base).host;
  const remote = (path) => `vscode-remote://${authority}${encodeURI(path)}`;
  const extra = [
    // The packaged extension as it was installed, not the one of the repository.
    ["extensionDevelopmentPath", remote(join(host.extensions, installed))],
    ["extensionTestsPath", remote(join(root, "client/test/host/index.js"))],
  ];
  const url = pageOf(host.base, workspace, undefined, undefined, extra);
  for (let left = STARTS; ; left -= 1) {
    const { code, finished, failures } = await once(browser, url, screenshots);
    if (finished > 0 || code === 0 || left === 1) {
      return failures;
    }
    console.log("     the window came up without the folder of its workspace; it is opened again");
  }
}

/** Opens the window once and waits for the tests in it. */
async function once(browser, url, screenshots) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const failures = [];
  let finished = 0;
  let outcome;
  try {
    let done;
    const exit = new Promise((resolve) => {
      done = resolve;
    });
    await page.exposeFunction("codeAutomationLog", (_type, args) => {
      for (const line of args.map(String).join(" ").split("\n")) {
        const picture = /^PICTURE (\S+)/.exec(line);
        if (picture !== null) {
          void page.screenshot({ path: join(screenshots, `${picture[1]}.png`) });
        }
        const name = /^(ok {3}|FAIL )(.*)/.exec(line);
        if (name !== null) {
          finished += 1;
          if (name[1] === "FAIL ") {
            failures.push(name[2]);
          }
        }
        if (name !== null || line.startsWith("     ")) {
          console.log(line);
        }
      }
    });
    await page.exposeFunction("codeAutomationExit", (code) => done(code));
    await page.goto(url);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve(`not done within ${LIMIT_MS / 1000} s`), LIMIT_MS);
    });
    const code = await Promise.race([exit, late]);
    clearTimeout(timer);
    outcome = code;
    if (code !== 0 || finished === 0) {
      const picture = join(screenshots, "failed-host.png");
      await page.screenshot({ path: picture });
      console.log(
        `${finished > 0 ? "FAIL" : "    "} api: ${finished} tests ended, exit ${code}; the page at that moment: ${picture}`,
      );
      failures.push("api: the tests in the extension host");
    }
  } finally {
    await context.close();
  }
  return { code: outcome, finished, failures };
}
