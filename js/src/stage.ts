// The drawing: rows of panels with one text alternative, and above them what can be dragged on it.

import type { Figure, Panel } from "./figure";
import { element } from "./dom";
import { PanelView } from "./panel";
import type { ControlView, Handle } from "./controls/index";
import type { Theme } from "./theme";

/** Below this width of the whole drawing panels stand one under another. */
const NARROW = 560;
const GAP = 20;

/** Panels of a row that stand one above the other. */
interface Column {
  row: number;
  members: number[];
  /** Its share of the row. */
  width: number;
}

function columns(panels: Panel[]): Column[] {
  const found = new Map<string, Column>();
  for (const [i, panel] of panels.entries()) {
    const key = panel.column === null ? `${panel.row}, its own ${i}` : `${panel.row}, ${panel.column}`;
    const column = found.get(key) ?? { row: panel.row, members: [], width: 0 };
    column.members.push(i);
    column.width = Math.max(column.width, panel.width);
    found.set(key, column);
  }
  return [...found.values()];
}

export class Stage {
  readonly node = element("div", { class: "ck-stage" });
  #rows = element("div", { class: "ck-panels", role: "img" });
  #above = element("div", { class: "ck-handles" });
  #views: PanelView[] = [];
  #layout = "";
  #handles: Handle[];

  constructor(controls: ControlView[]) {
    this.#handles = controls.flatMap((control) => control.handles ?? []);
    this.#above.append(...this.#handles.map((handle) => handle.node));
    this.node.append(this.#rows, this.#above);
    this.#rows.addEventListener("click", (event) => this.#click(event));
  }

  draw(figure: Figure, frame: number, theme: Theme): void {
    const width = this.node.clientWidth;
    if (width < 40) return; // not laid out yet; the resize observer calls again
    const family = getComputedStyle(this.node).fontFamily || "sans-serif";
    this.#rows.setAttribute("aria-label", figure.alt);
    const all = columns(figure.panels);
    this.#lay(all, figure.panels.length);
    const narrow = width < NARROW;
    for (const column of all) {
      const mates = all.filter((other) => other.row === column.row);
      const shares = mates.reduce((sum, mate) => sum + mate.width, 0);
      const room = narrow ? width : Math.floor(((width - GAP * (mates.length - 1)) * column.width) / shares);
      for (const i of column.members) {
        this.#views[i]!.node.style.width = `${room}px`;
        this.#views[i]!.draw(figure.panels[i]!, frame, room, narrow, theme, family);
      }
    }
    this.#place(figure.panels, theme);
  }

  /** Rows of panel views, made anew only where the layout changed. */
  #lay(all: Column[], count: number): void {
    const layout = JSON.stringify(all.map((column) => [column.row, column.members]));
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#views = Array.from({ length: count }, () => new PanelView());
    const nodes = (column: Column) => column.members.map((i) => this.#views[i]!.node);
    const rows = [...new Set(all.map((column) => column.row))].sort((a, b) => a - b);
    this.#rows.replaceChildren(
      ...rows.map((row) => {
        const here = all.filter((column) => column.row === row);
        return element("div", { class: "ck-row" }, ...here.map((column) => element("div", { class: "ck-column" }, ...nodes(column))));
      }),
    );
  }

  #place(panels: Panel[], theme: Theme): void {
    const stage = this.node.getBoundingClientRect();
    for (const handle of this.#handles) {
      const view = this.#views[panels.findIndex((panel) => panel.id === handle.panel)];
      handle.node.hidden = !view?.drawn;
      if (!view?.drawn) continue;
      const plot = view.plot.getBoundingClientRect();
      handle.place(view.drawn, plot.left - stage.left, plot.top - stage.top, theme);
      view.plot.dataset.point = handle.panel;
    }
  }

  /** A click on a panel with one handle brings it there. */
  #click(event: MouseEvent): void {
    const plot = (event.target as Element).closest<HTMLElement>(".ck-plot");
    const here = this.#handles.filter((handle) => plot?.dataset.point === handle.panel && !handle.node.inert);
    if (!plot || here.length !== 1) return;
    const box = plot.getBoundingClientRect();
    here[0]!.moveTo(event.clientX - box.left, event.clientY - box.top);
  }
}
