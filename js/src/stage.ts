// The drawing: rows of panels with one text alternative, and above them the points that can be dragged.

import type { Figure, Panel } from "./figure";
import { element } from "./dom";
import { PanelView } from "./panel";
import { isPoint, type ControlView, type PointView } from "./controls/index";
import type { Theme } from "./theme";

/** Below this width of the whole drawing panels stand one under another. */
const NARROW = 560;
const GAP = 20;

export class Stage {
  readonly node = element("div", { class: "ck-stage" });
  #rows = element("div", { class: "ck-panels", role: "img" });
  #handles = element("div", { class: "ck-handles" });
  #views: PanelView[] = [];
  #layout = "";
  #points: PointView[];

  constructor(controls: ControlView[]) {
    this.#points = controls.filter(isPoint);
    this.#handles.append(...this.#points.map((point) => point.node));
    this.node.append(this.#rows, this.#handles);
    this.#rows.addEventListener("click", (event) => this.#click(event));
  }

  draw(figure: Figure, frame: number, theme: Theme): void {
    const width = this.node.clientWidth;
    if (width < 40) return; // not laid out yet; the resize observer calls again
    const family = getComputedStyle(this.node).fontFamily || "sans-serif";
    this.#rows.setAttribute("aria-label", figure.alt);
    this.#lay(figure.panels);
    const narrow = width < NARROW;
    for (const [i, panel] of figure.panels.entries()) {
      const mates = figure.panels.filter((other) => other.row === panel.row);
      const shares = mates.reduce((sum, mate) => sum + mate.width, 0);
      const room = narrow ? width : Math.floor(((width - GAP * (mates.length - 1)) * panel.width) / shares);
      // Small squares (weights, pictures) look lost at the full width of a phone only if they are made taller than it is.
      this.#views[i]!.node.style.width = `${room}px`;
      this.#views[i]!.draw(panel, frame, room, theme, family);
    }
    this.#place(figure.panels, theme);
  }

  /** Rows of panel views, made anew only where their number or rows changed. */
  #lay(panels: Panel[]): void {
    const layout = panels.map((panel) => panel.row).join();
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#views = panels.map(() => new PanelView());
    const rows = [...new Set(panels.map((panel) => panel.row))].sort((a, b) => a - b);
    this.#rows.replaceChildren(
      ...rows.map((row) =>
        element("div", { class: "ck-row" }, ...this.#views.filter((_, i) => panels[i]!.row === row).map((view) => view.node)),
      ),
    );
  }

  #place(panels: Panel[], theme: Theme): void {
    const stage = this.node.getBoundingClientRect();
    for (const point of this.#points) {
      const at = panels.findIndex((panel) => panel.id === point.panel);
      const view = this.#views[at];
      point.node.hidden = !view?.drawn;
      if (!view?.drawn) continue;
      const plot = view.plot.getBoundingClientRect();
      point.place(view.drawn, plot.left - stage.left, plot.top - stage.top, theme);
      view.plot.dataset.point = point.panel;
    }
  }

  /** A click on a panel that has one point brings the point there. */
  #click(event: MouseEvent): void {
    const plot = (event.target as Element).closest<HTMLElement>(".ck-plot");
    const here = this.#points.filter((point) => plot?.dataset.point === point.panel);
    if (!plot || here.length !== 1 || this.node.closest("[data-ck-still]")) return;
    const box = plot.getBoundingClientRect();
    here[0]!.moveTo(event.clientX - box.left, event.clientY - box.top);
  }
}
