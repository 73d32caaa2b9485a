// @ts-check
// The ledger of claims, narrowed to a verdict or a chapter. Without this script, and on paper, it is whole.

(() => {
  "use strict";

  /** What is passed over on the screen. */
  const OUT = "bk-passed-over";

  /** @type {HTMLTableRowElement[]} */
  const rows = [...document.querySelectorAll(/** @type {"tr"} */ (".bk-ledger tbody tr"))];
  const counts = document.querySelector(".bk-verdicts");
  if (!rows.length || !counts) return;

  /** @param {HTMLTableRowElement} row */
  const verdictOf = (row) => row.dataset.verdict ?? "";
  /** @param {HTMLTableRowElement} row */
  const sectionOf = (row) => /** @type {HTMLElement} */ (row.closest("section"));
  /** @param {HTMLElement} section */
  const title = (section) => (section.querySelector("h2")?.firstChild?.textContent ?? "").trim();

  const chapters = [...new Set(rows.map(sectionOf))];
  const verdicts = [...counts.querySelectorAll(".bk-chip")].map((chip) => (chip.lastChild?.textContent ?? "").trim());

  /** A list to choose from; its first entry is all. @param {string} name @param {string} all @param {string[][]} entries */
  function choice(name, all, entries) {
    const field = document.createElement("div");
    const select = Object.assign(document.createElement("select"), { id: `of-${name.toLowerCase()}` });
    const label = Object.assign(document.createElement("label"), { htmlFor: select.id, textContent: name });
    for (const [value, words] of [["", all], ...entries]) {
      const option = new Option(words, value);
      option.dataset.words = words;
      select.append(option);
    }
    field.append(label, select);
    return { field, select };
  }

  const verdict = choice("Verdict", "every verdict", verdicts.map((words) => [words, words]));
  const chapter = choice("Chapter", "the whole book", chapters.map((section) => [section.id, title(section)]));
  const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Show all" });
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const box = document.createElement("div");
  box.className = "bk-filter bk-wide";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Which claims to show");
  box.append(verdict.field, chapter.field, again, said);
  counts.after(box);

  /** @param {HTMLTableRowElement} row @param {string} wanted */
  const hasVerdict = (row, wanted) => !wanted || verdictOf(row) === wanted;
  /** @param {HTMLTableRowElement} row @param {string} wanted */
  const isIn = (row, wanted) => !wanted || sectionOf(row).id === wanted;

  /** Says behind each entry how many claims it would leave. @param {HTMLSelectElement} select @param {(value: string) => number} left */
  function count(select, left) {
    for (const option of select.options) option.text = `${option.dataset.words} (${left(option.value)})`;
  }

  function narrow() {
    const [judged, taught] = [verdict.select.value, chapter.select.value];
    const shown = new Set(rows.filter((row) => hasVerdict(row, judged) && isIn(row, taught)));
    for (const row of rows) row.classList.toggle(OUT, !shown.has(row));
    for (const section of chapters) section.classList.toggle(OUT, ![...shown].some((row) => sectionOf(row) === section));
    count(verdict.select, (value) => rows.filter((row) => hasVerdict(row, value) && isIn(row, taught)).length);
    count(chapter.select, (value) => rows.filter((row) => hasVerdict(row, judged) && isIn(row, value)).length);
    said.textContent = shown.size ? `${shown.size} of ${rows.length} claims` : "No claim: choose another chapter or verdict.";
    again.disabled = !judged && !taught;
  }

  function showAll() {
    verdict.select.value = chapter.select.value = "";
    narrow();
  }

  box.addEventListener("change", narrow);
  again.addEventListener("click", () => {
    showAll();
    verdict.select.focus(); // the button has done its work and can no longer hold the focus
  });
  // Whoever follows a link to a chapter that is passed over wants to see it.
  addEventListener("hashchange", () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place?.closest(`.${OUT}`)) return;
    showAll();
    place.scrollIntoView();
  });
  narrow();
})();
