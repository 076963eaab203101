// Named checks, printed as they end. Each has a time limit; a failed one leaves a picture of the page behind.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export const LIMIT_MS = 30_000;

export class Checks {
  failures = [];

  constructor(screenshots) {
    this.screenshots = screenshots;
    mkdirSync(screenshots, { recursive: true });
  }

  /** Runs one check; what it throws is reported, and the checks after it still run. */
  async check(page, name, run, limit = LIMIT_MS) {
    const began = Date.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done within ${limit / 1000} s`)), limit);
    });
    try {
      await Promise.race([run(), late]);
      console.log(`ok   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      this.failures.push(name);
      console.log(`FAIL ${name}\n     ${String(error.stack ?? error).replaceAll("\n", "\n     ")}`);
      const picture = join(this.screenshots, `failed-${name.replaceAll(/\W+/g, "-").slice(0, 60)}.png`);
      await page.screenshot({ path: picture }).then(
        () => console.log(`     the page at that moment: ${picture}`),
        (reason) => console.log(`     no picture of the page: ${reason.message}`),
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Waits until `test` gives something true, and gives that. */
export async function until(what, test, limit = 15_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await test();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${limit / 1000} s for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
