// What is done and measured in a page: each function runs in the browser, and calls nothing from outside of itself.

/** What is wrong with the page as it stands there, and its links. Each fault is a text. */
export function measured({ listingsFit, least }) {
  const faults = [];
  const wider = (element) => element.scrollWidth > element.clientWidth + 1;
  const named = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().replace(/\s+/g, " ").slice(0, 60)}"`;

  for (const element of [document.scrollingElement, document.body, ...document.querySelectorAll(".page, .content, main")]) {
    if (wider(element)) faults.push(`the page scrolls sideways: ${element.tagName} ${element.scrollWidth} of ${element.clientWidth}`);
  }
  const listings = [...document.querySelectorAll("main pre")];
  for (const listing of listings) {
    const box = [listing, ...listing.querySelectorAll("code")].find(wider);
    if (listingsFit && box) faults.push(`a listing scrolls, ${box.scrollWidth} of ${box.clientWidth}: ${named(listing)}`);
  }
  const tables = [...document.querySelectorAll("main table")];
  for (const table of tables) {
    const box = [table, table.parentElement].find(wider);
    if (box) faults.push(`a table scrolls, ${box.scrollWidth} of ${box.clientWidth}: ${named(table)}`);
  }

  for (const image of document.querySelectorAll("main img")) {
    if (!image.alt.trim()) faults.push(`no words for the picture ${image.getAttribute("src")}`);
    if (image.complete && image.naturalWidth === 0) faults.push(`no picture at ${image.getAttribute("src")}`);
    if (/\.svg$/.test(image.src)) faults.push(`a drawing beside the page's colours: ${image.getAttribute("src")}`);
  }
  const drawings = [...document.querySelectorAll("main .plot > svg")];
  for (const drawing of drawings) {
    if (!drawing.getAttribute("aria-label")?.trim()) faults.push(`no words for ${named(drawing)}`);
  }

  // Colours as red, green, blue and opacity.
  const colour = (text) => {
    const [red, green, blue, alpha = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    // A mixed colour is told in parts of 1.
    const unit = text.startsWith("color(") ? 255 : 1;
    return [red * unit, green * unit, blue * unit, alpha];
  };
  const over = ([red, green, blue, alpha], below) => [red, green, blue].map((part, i) => alpha * part + (1 - alpha) * below[i]);
  // Source: WCAG 2.2, relative luminance and contrast ratio.
  const luminance = (parts) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const filled = (element) => {
    const style = getComputedStyle(element);
    const [red, green, blue, alpha] = colour(style.fill);
    return [red, green, blue, alpha * Number(style.fillOpacity) * Number(style.opacity)];
  };
  const page = over(colour(getComputedStyle(document.documentElement).backgroundColor), [255, 255, 255]);
  let texts = 0;
  for (const drawing of drawings) {
    const areas = [...drawing.querySelectorAll("rect")].map((area) => [area, area.getBoundingClientRect()]);
    const whole = drawing.getBoundingClientRect();
    for (const [area, place] of areas) {
      const slab = place.width * place.height > 0.9 * whole.width * whole.height;
      if (slab && contrast(over(filled(area), page), page) > 1.5) faults.push(`a slab behind ${named(drawing)}`);
    }
    for (const text of drawing.querySelectorAll("text")) {
      if (!text.textContent.trim()) continue;
      texts += 1;
      const place = text.getBoundingClientRect();
      const [x, y] = [place.left + Math.min(place.width / 2, 6), place.top + place.height / 2];
      // What is cut off by the edge of its own part of the drawing cannot be seen.
      const part = text.closest("svg");
      if (part !== drawing && x > part.querySelector("rect").getBoundingClientRect().right) continue;
      let below = page;
      for (const [area, box] of areas) {
        const before = area.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (before && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom) below = over(filled(area), below);
      }
      const found = contrast(over(filled(text), below), below);
      if (found < least) faults.push(`the letters of ${named(text)} hardly differ from what is behind them: ${found.toFixed(1)}`);
    }
  }

  return { faults, listings: listings.length, tables: tables.length, drawings: drawings.length, texts };
}

/** The targets of the page's links and pictures as they are written, and the names that links can end in. */
export function linked() {
  const of = (selector, attribute) => [...document.querySelectorAll(selector)].map((element) => element.getAttribute(attribute));
  return {
    targets: [...of("main a[href], .nav-chapters[href], nav a[href]", "href"), ...of("main img", "src")],
    names: [...document.querySelectorAll("[id]")].map((element) => element.id),
  };
}

/** Chooses a theme as a reader does, and returns whether the page has it. */
export function choose(theme) {
  document.getElementById(`mdbook-theme-${theme}`).click();
  return document.documentElement.classList.contains(theme);
}

/** Shows the table of contents beside the page, where it takes its width. */
export function showContents() {
  const visible = () => document.documentElement.classList.contains("sidebar-visible");
  if (!visible()) document.getElementById("mdbook-sidebar-toggle-anchor").click();
  if (!visible()) throw new Error("the table of contents is not shown");
}

/** Returns when the page stands as its reader sees it: a width or a theme may need letters that are loaded only then. */
export async function settled() {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  await frame();
  await document.fonts.ready;
  await frame();
}
