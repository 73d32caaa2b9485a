// @ts-check
// What every page does besides being read: theme, contents on a phone, search, copying code, announcing quiz answers.
// One classic script, so that it runs from file:// as well.
(() => {
  "use strict";
  const page = document.documentElement;
  const root = page.dataset.root || "";
  page.classList.add("js");

  /** @template {Element} T @param {string} selector @returns {T | null} */
  const one = (selector) => /** @type {T | null} */ (document.querySelector(selector));
  /** @param {string} tag @param {string} [name] @param {string} [words] */
  const make = (tag, name = "", words = "") => Object.assign(document.createElement(tag), { className: name, textContent: words });

  function themes() {
    const button = one(".theme-button");
    const name = button?.querySelector("span");
    if (!button || !name) return;
    const show = () => {
      const other = page.dataset.theme === "dark" ? "Light" : "Dark";
      name.textContent = other;
      button.setAttribute("title", `${other} page`);
    };
    button.addEventListener("click", () => {
      page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("coursekit-theme", page.dataset.theme);
      } catch {
        // Storage refused: the choice holds for this page.
      }
      show();
    });
    show();
  }

  /** Paper is light: live figures are drawn anew for it, and pictures that were not scrolled to are fetched. */
  function printing() {
    let shown = page.dataset.theme;
    addEventListener("beforeprint", () => {
      shown = page.dataset.theme;
      page.dataset.theme = "light";
      for (const image of document.images) image.loading = "eager";
    });
    addEventListener("afterprint", () => (page.dataset.theme = shown));
  }

  /** Puts the page's sections under its entry in the contents and marks the one that is being read. */
  function sections() {
    const template = /** @type {HTMLTemplateElement | null} */ (one("#sections"));
    const current = one(".contents li.current");
    if (!template || !current) return;
    const here = make("div", "here");
    here.append(template.content.cloneNode(true));
    current.append(here);
    /** @type {[HTMLElement, HTMLAnchorElement][]} */
    const heads = [];
    for (const link of here.querySelectorAll("a")) {
      const head = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      // The contents show the first level alone.
      if (head && link.closest("ul") === here.children[0]) heads.push([head, link]);
    }
    /** @type {HTMLAnchorElement | undefined} */
    let last;
    const contents = /** @type {HTMLElement} */ (here.closest(".contents"));
    /** The contents scroll on their own: what is being read stays in their sight. @param {Element} link */
    const follow = (link) => {
      const [box, place] = [contents.getBoundingClientRect(), link.getBoundingClientRect()];
      const margin = 60;
      if (place.top < box.top + margin) contents.scrollTop += place.top - box.top - margin;
      else if (place.bottom > box.bottom - margin) contents.scrollTop += place.bottom - box.bottom + margin;
    };
    const mark = () => {
      const link = heads.filter(([head]) => head.getBoundingClientRect().top < 140).pop()?.[1];
      if (link === last) return;
      last?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "true");
      if (link) follow(link);
      last = link;
    };
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => ((waiting = false), mark()));
    }, { passive: true });
    mark();
  }

  function menu() {
    const button = one(".menu-button");
    const contents = one(".contents");
    if (!button || !contents) return;
    /** @param {boolean} open */
    const set = (open) => {
      contents.classList.toggle("open", open);
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => set(!contents.classList.contains("open")));
    contents.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest("a") && set(false));
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && contents.classList.contains("open")) {
        set(false);
        /** @type {HTMLElement} */ (button).focus();
      }
    });
  }

  function copying() {
    if (!navigator.clipboard) return;
    for (const block of document.querySelectorAll(".cell_input .highlight, .highlight-python .highlight, .highlight-bash .highlight")) {
      const button = make("button", "copy", "Copy");
      button.setAttribute("type", "button");
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.querySelector("pre")?.textContent ?? "");
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
      block.append(button);
    }
  }

  /** The words of a paragraph, each formula once: KaTeX writes it as MathML, as its source and as it is drawn. @param {Element} part */
  function spoken(part) {
    const copy = /** @type {Element} */ (part.cloneNode(true));
    for (const again of copy.querySelectorAll(".katex-html, annotation")) again.remove();
    return (copy.textContent ?? "").trim().replace(/\s+/g, " ");
  }

  function quizzes() {
    for (const quiz of document.querySelectorAll(".bk-quiz")) {
      const said = quiz.querySelector(".bk-quiz-said");
      quiz.addEventListener("change", (event) => {
        const answer = /** @type {Element} */ (event.target).closest(".bk-answer");
        if (said && answer) said.textContent = [...(answer.querySelector(".bk-why")?.children ?? [])].map(spoken).join(" ");
      });
    }
  }

  /** A box that scrolls sideways can be reached and scrolled by keyboard. */
  function scrollers() {
    const boxes = document.querySelectorAll("pre, .math-box, .bk-table, .table-wrapper");
    const look = () => {
      for (const box of boxes) {
        if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
        else if (box.getAttribute("role") !== "region") box.removeAttribute("tabindex");
      }
    };
    look();
    addEventListener("resize", look, { passive: true });
    document.fonts?.ready.then(look);
  }

  /** Wide tables get a box of their own to scroll in. */
  function tables() {
    for (const table of document.querySelectorAll("main table")) {
      if (table.closest(".bk-table, .table-wrapper, .ck-widget")) continue;
      const box = make("div", "table-wrapper");
      table.replaceWith(box);
      box.append(table);
    }
  }

  function search() {
    const button = /** @type {HTMLElement | null} */ (one(".search-button"));
    if (!button) return;
    /** @type {{title: string, sections: [string, string, string][]}[] | null} */
    let pages = null;
    const dialog = /** @type {HTMLDialogElement} */ (make("dialog", "search"));
    dialog.setAttribute("aria-label", "Search the book");
    const row = make("div", "search-row");
    const input = /** @type {HTMLInputElement} */ (make("input"));
    Object.assign(input, { type: "search", placeholder: "Words to look for", autocomplete: "off" });
    input.setAttribute("aria-label", "Words to look for");
    const close = make("button", "bar-button", "Close");
    close.setAttribute("type", "button");
    close.addEventListener("click", () => dialog.close());
    row.append(input, close);
    const found = make("div", "search-found");
    const said = make("p", "search-said");
    said.setAttribute("role", "status");
    const list = make("ol");
    found.append(said, list);
    dialog.append(row, found);
    document.body.append(dialog);

    const load = () =>
      new Promise((resolve, reject) => {
        if (pages) return resolve(pages);
        const script = document.createElement("script");
        script.src = root + (document.body.dataset.search ?? "");
        script.onload = () => resolve((pages = /** @type {any} */ (window).coursekitSearch));
        script.onerror = () => reject(new Error("the index could not be loaded"));
        document.head.append(script);
      });

    /** @param {string} words @param {string[]} terms */
    const excerpt = (words, terms) => {
      const at = Math.max(0, words.toLowerCase().indexOf(terms[0]) - 50);
      const start = at === 0 ? 0 : words.indexOf(" ", at) + 1;
      const piece = (start ? "… " : "") + words.slice(start, start + 150) + (words.length > start + 150 ? " …" : "");
      const line = make("span", "search-words");
      let rest = piece;
      while (rest) {
        const low = rest.toLowerCase();
        const hits = terms.map((term) => [low.indexOf(term), term.length]).filter(([place]) => place >= 0).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
        if (!hits.length) break;
        const [place, length] = hits[0];
        line.append(rest.slice(0, place), make("mark", "", rest.slice(place, place + length)));
        rest = rest.slice(place + length);
      }
      line.append(rest);
      return line;
    };

    const look = () => {
      const terms = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      list.replaceChildren();
      if (!terms.length || !pages) {
        said.textContent = pages ? "" : "Loading the index …";
        return;
      }
      const hits = [];
      for (const { title, sections: parts } of pages)
        for (const [address, head, words] of parts) {
          const [inHead, inWords] = [head.toLowerCase(), words.toLowerCase()];
          if (!terms.every((term) => inHead.includes(term) || inWords.includes(term))) continue;
          const score = terms.reduce((sum, term) => sum + (inHead.includes(term) ? 20 : 0) + Math.min(5, inWords.split(term).length - 1), 0);
          hits.push({ title, address, head, words, score });
        }
      hits.sort((a, b) => b.score - a.score);
      said.textContent = hits.length ? `${hits.length} section${hits.length > 1 ? "s" : ""}` : `Nothing has ${terms.map((term) => `“${term}”`).join(" and ")}. Try fewer words.`;
      for (const hit of hits.slice(0, 30)) {
        const link = /** @type {HTMLAnchorElement} */ (make("a"));
        link.href = root + hit.address;
        const head = make("span", "search-title", hit.head);
        if (hit.head !== hit.title) head.append(make("span", "search-page", ` · ${hit.title}`));
        link.append(head, excerpt(hit.words, terms));
        const item = make("li");
        item.append(link);
        list.append(item);
      }
    };

    const open = () => {
      if (!dialog.open) dialog.showModal();
      input.select();
      load().then(look, (error) => (said.textContent = `The search does not work here: ${error.message}.`));
    };
    button.addEventListener("click", open);
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") /** @type {HTMLElement | null} */ (list.querySelector("a"))?.click();
    });
    list.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    addEventListener("keydown", (event) => {
      const typing = /** @type {Element} */ (event.target).closest?.("input, textarea, select, [contenteditable], .cm-editor");
      if ((event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        open();
      }
    });
  }

  for (const part of [themes, printing, sections, menu, copying, quizzes, tables, scrollers, search]) part();
})();
