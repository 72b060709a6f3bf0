// What the book does in a browser beyond mdbook: tables that can be stacked on a narrow screen, and flame graphs to be clicked.
"use strict";

// On a narrow screen each cell stands below the other, with the head of its column beside it.
for (const table of document.querySelectorAll("main table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, column) => (cell.dataset.head = heads[column] ?? ""));
  }
}

// The function that is clicked gets the whole width, and with it those that called it; what it called grows as much.
for (const graph of document.querySelectorAll("svg.flames")) {
  const frames = [...graph.querySelectorAll("svg")];
  const place = (frame) => [Number(frame.dataset.left), Number(frame.dataset.width)];
  graph.addEventListener("click", (event) => {
    const clicked = event.target.closest("svg");
    if (clicked === graph) return;
    const [from, whole] = place(clicked);
    for (const frame of frames) {
      const [left, width] = place(frame);
      const begin = Math.max(0, (left - from) / whole);
      const end = Math.min(1, (left + width - from) / whole);
      frame.style.display = end - begin > 0.001 ? "" : "none";
      frame.setAttribute("x", `${100 * begin}%`);
      frame.setAttribute("width", `${100 * Math.max(0, end - begin)}%`);
    }
  });
}
