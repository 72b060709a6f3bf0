// Looks at the built book as its readers do: in Chromium, at three widths, in a light and in a dark theme.
//
// `scripts/setup-book` installs what this needs; `mdbook build docs && npm --prefix docs/tests test` runs it. Without a browser the
// tests are shown as skipped, with the reason; `REQUIRE=browser` makes that a failure.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { choose, linked, measured, settled, showContents } from "./measures.js";

const book = fileURLToPath(new URL("../book/", import.meta.url));
const WIDTHS = [390, 768, 1280];
const THEMES = ["light", "ayu"];
/** From this width on every listing fits; below it may scroll in its own box. */
const DESK = 1280;
/** The least contrast of letters: WCAG 2.2, level AA. */
const LEAST = 4.5;
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const executablePath = [process.env.CHROMIUM, ...CHROMIUM].find((file) => file && existsSync(file));
const playwright = await import("playwright-core").catch(() => null);

/** Why nothing can be looked at here. */
function reason() {
  if (!existsSync(path.join(book, "index.html"))) return "the book is not built: mdbook build docs";
  if (!executablePath) return "Chromium is not installed: scripts/setup-book installs it";
  if (!playwright) return "playwright-core is not installed: scripts/setup-book installs it";
  return false;
}

const required = (process.env.REQUIRE ?? "").split(",").includes("browser");
const skip = reason();
if (skip && required) {
  console.error(`REQUIRE=browser, but ${skip}`);
  process.exit(1);
}

/** The pages of the book, without those that only repeat others. */
function pages() {
  const repeating = ["404.html", "index.html", "print.html", "toc.html"];
  return readdirSync(book).filter((file) => file.endsWith(".html") && !repeating.includes(file));
}

describe("the book in a browser", { skip, timeout: 600_000 }, () => {
  let browser;

  before(async () => {
    // Who is root has no sandbox.
    const chromiumSandbox = process.getuid?.() !== 0;
    browser = await playwright.chromium.launch({ executablePath, chromiumSandbox, timeout: 30_000 });
  });
  after(() => browser?.close());

  async function opened(width, address) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(address);
    return page;
  }

  const address = (file) => pathToFileURL(path.join(book, file)).href;
  /** The targets and names of links in each page. */
  const links = new Map();

  test(`fits into ${WIDTHS.join(", ")} pixels and can be read in ${THEMES.join(" and in ")}`, async () => {
    const faults = [];
    const seen = { listings: 0, tables: 0, drawings: 0, texts: 0 };
    const look = async (files) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(120_000);
      for (const file of files) {
        // The narrowest first: a page that begins there hides its table of contents.
        await page.setViewportSize({ width: WIDTHS[0], height: 900 });
        await page.goto(address(file));
        await page.addStyleTag({ content: "* { transition: none !important }" });
        await page.evaluate(() => document.fonts.ready);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          if (width >= DESK) await page.evaluate(showContents);
          for (const theme of THEMES) {
            assert.ok(await page.evaluate(choose, theme), `${file} has no theme ${theme}`);
            await page.evaluate(settled);
            const found = await page.evaluate(measured, { listingsFit: width >= DESK, least: LEAST });
            faults.push(...found.faults.map((fault) => `${file}, ${width}, ${theme}: ${fault}`));
            for (const kind of Object.keys(seen)) seen[kind] += found[kind];
          }
        }
        links.set(file, await page.evaluate(linked));
      }
      await page.close();
    };
    // Two at a time: most machines have two cores.
    const files = pages();
    await Promise.all([0, 1].map((part) => look(files.filter((_, place) => place % 2 === part))));
    assert.deepEqual(faults, []);
    for (const kind of Object.keys(seen)) assert.ok(seen[kind] > 100, `${seen[kind]} ${kind}`);
  });

  test("has no dead link", () => {
    const dead = [];
    let followed = 0;
    for (const [file, { targets }] of links) {
      for (const target of targets) {
        // What is elsewhere cannot be asked from everywhere.
        if (/^[a-z]+:/.test(target)) continue;
        followed += 1;
        const [to, name] = decodeURI(target).split("#");
        const there = to === "" || existsSync(path.join(book, path.dirname(file), to));
        const names = links.get(to === "" ? file : to)?.names;
        if (!there || (name && names && !names.includes(name))) dead.push(`${file}: ${target}`);
      }
    }
    assert.deepEqual(dead, []);
    assert.ok(followed > 100, `${followed} links`);
  });

  test("enlarges a function of a flame graph that is clicked", async () => {
    const page = await opened(DESK, address("chapter2.html"));
    const graph = page.locator("svg.flames").first();
    const small = graph.locator("> svg").filter({ has: page.locator("text") }).nth(2);
    const whole = (await graph.boundingBox()).width;
    assert.ok((await small.boundingBox()).width < 0.9 * whole);
    await small.dispatchEvent("click");
    assert.ok(Math.abs((await small.boundingBox()).width - whole) < 2);
    await graph.locator('> svg[data-width="100"]').first().dispatchEvent("click");
    assert.ok((await small.boundingBox()).width < 0.9 * whole);
    await page.close();
  });

  test("says beside each cell of a stacked table which column it is", async () => {
    const page = await opened(390, address("chapter1.html"));
    const [shown, head] = await page.evaluate(() => {
      const cell = document.querySelector("main tbody td:nth-child(2)");
      return [getComputedStyle(cell, "::before").content, document.querySelector("main th:nth-child(2)").textContent];
    });
    assert.equal(shown, `"${head}"`);
    await page.close();
  });

  test("would be found wrong if it were", async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    await page.setContent(`<main style="width: 300px; background: #fff">
      <pre style="overflow-x: auto"><code>${"wide ".repeat(90)}</code></pre>
      <div style="overflow-x: auto"><table><tr><td>${"wide".repeat(90)}</td></tr></table></div>
      <p style="width: 900px">wide</p><img src="data:,">
      <figure class="plot"><svg width="100" height="50"><rect width="100" height="50" fill="#000"/><text y="20" fill="#222">dark</text></svg></figure>
      </main>`);
    const { faults } = await page.evaluate(measured, { listingsFit: true, least: LEAST });
    const words = ["the page scrolls", "a listing scrolls", "a table scrolls", "no words for the picture", "no words for svg", "a slab", "the letters of"];
    for (const word of words) assert.ok(faults.some((fault) => fault.startsWith(word)), `${word}: ${faults.join("\n")}`);
    await page.close();
  });
});
