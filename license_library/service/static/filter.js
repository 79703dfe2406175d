// Narrow a long table while its reader types. Without this script the form asks the server for the same.
"use strict";

for (const form of document.querySelectorAll("form[data-filter]")) {
  const name = form.dataset.filter;
  const rows = [...document.querySelectorAll(`#${name} tbody tr`)];
  const count = document.querySelector(`[data-count="${name}"]`);
  const empty = document.querySelector(`[data-empty="${name}"]`);

  const narrow = () => {
    const asked = new FormData(form);
    const words = String(asked.get("name") ?? "").normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const line = asked.get("line") ?? "";
    let shown = 0;
    for (const row of rows) {
      const text = row.dataset.text.normalize("NFKC").toLowerCase();
      row.hidden = (line && row.dataset.line !== line) || !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = count.dataset.template.replace("{}", shown);
    empty.hidden = shown > 0;
  };

  form.hidden = false;
  // Back in the browser's history restores what was typed, so the table follows it at once.
  narrow();
  form.addEventListener("input", narrow);
}
