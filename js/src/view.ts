// A widget's view: draws what the model holds and puts the reader's wishes into it. It knows no host, and computes nothing.

import type { Control, Figure, HostState, Model, Try, Value, Values } from "./figure";
import { applies, controlView, type ControlView } from "./controls/index";
import { element, freshId, setText } from "./dom";
import { linkTo } from "./link";
import { together } from "./numbers";
import { Player } from "./player";
import { Stage } from "./stage";
import { INKS, isDark, theme, watchTheme, type Theme } from "./theme";

/** How long a wish may go unanswered before the widget says that it is at work. */
const PATIENCE_MS = 250;
/** The state is read out when the reader has come to rest, not at every pixel of a drag. */
const REST_MS = 600;

export function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const view = new WidgetView(model, el);
  return () => view.destroy();
}

class WidgetView {
  #root: HTMLElement;
  #controls: Map<string, ControlView>;
  #stage: Stage;
  #player = new Player(() => {
    this.#touched = true;
    this.#redraw();
  });
  #status = element("p", { class: "ck-status", "aria-hidden": "true" });
  #live = element("p", { class: "ck-unseen", role: "status", "aria-live": "polite" });
  #error = element("p", { class: "ck-error", role: "alert" });
  #progress = element("div", { class: "ck-progress" }, element("div", { class: "ck-progress-bar" }));
  #note = element("span", {});
  #remedy = element("button", { type: "button", class: "ck-button ck-remedy" });
  #host = element("p", { class: "ck-host" }, this.#note, this.#remedy);
  #panelOfControls = element("fieldset", { class: "ck-controls" });
  #tries: { button: HTMLButtonElement; suggestion: Try }[] = [];
  #reset = element("button", { type: "button", class: "ck-reset" }, "Reset");
  #link = element("a", { class: "ck-link" }, "Link to these settings");
  #copied = element("span", { class: "ck-copied", "aria-live": "polite" });
  #forgetting = 0;
  #theme: Theme = theme(isDark());
  #frameWanted: number | null = null;
  #touched = false;
  #due = 0;
  #resting = 0;
  #saidAt = 0;
  #tallest = 0;
  #waiting = 0;
  #undo: (() => void)[] = [];

  constructor(private model: Model, el: HTMLElement) {
    const spec = model.get("spec")!;
    const wish = (name: string, value: Value) => this.#wish({ [name]: value });
    this.#controls = new Map(spec.controls.map((control: Control) => [control.name, controlView(control, wish)]));
    const views = [...this.#controls.values()];
    this.#stage = new Stage(views);
    this.#panelOfControls.append(...this.#lines(spec.controls));
    this.#panelOfControls.hidden = views.every((view) => !view.node);
    this.#remedy.addEventListener("click", () => {
      model.set("pressed", (model.get("pressed") ?? 0) + 1); // only a page offers a remedy, and it hears this
    });
    const heading = freshId();
    this.#root = element("section", { class: "ck", "aria-labelledby": heading, "data-widget": spec.id },
      element("div", { class: "ck-head" }, element("p", { class: "ck-title", id: heading }, spec.title), this.#host),
      this.#progress, this.#stage.node, this.#player.node, this.#status, this.#live, this.#error,
      this.#panelOfControls, this.#tryLines(spec.tries), this.#foot());
    // JupyterLab keeps the arrow keys for its cells, unless what has the focus says that it uses them.
    for (const node of this.#root.querySelectorAll<HTMLElement>("input, select, button, [tabindex]")) {
      node.dataset.lmSuppressShortcuts = "true";
    }
    el.append(this.#root);

    this.#listen("change:figure", () => this.#take());
    this.#listen("change:values", () => this.#showValues());
    this.#listen("change:answered", () => this.#answered());
    this.#listen("change:frame", () => (this.#frameWanted = model.get("frame") ?? null));
    this.#listen("change:state", () => this.#showState());
    const sizes = new ResizeObserver(() => this.#redraw());
    sizes.observe(this.#stage.node);
    this.#undo.push(() => sizes.disconnect(), watchTheme((dark) => this.#dress(theme(dark))));
    this.#dress(this.#theme);
    this.#take();
    this.#showValues();
    this.#showState();
  }

  destroy(): void {
    this.#player.pause();
    cancelAnimationFrame(this.#due);
    clearTimeout(this.#resting);
    clearTimeout(this.#waiting);
    clearTimeout(this.#forgetting);
    for (const undo of this.#undo) undo();
    this.#root.remove();
  }

  /** The controls' nodes, those of a group in one line. */
  #lines(controls: Control[]): HTMLElement[] {
    const lines: HTMLElement[] = [];
    let group = "";
    for (const control of controls) {
      const node = this.#controls.get(control.name)!.node;
      if (!node) continue;
      if (!control.group) lines.push(node);
      else if (control.group === group) lines.at(-1)!.append(node);
      else lines.push(element("div", { class: "ck-group", role: "group", "aria-label": control.group }, node));
      group = control.group;
    }
    return lines;
  }

  #listen(event: string, listener: () => void): void {
    this.model.on(event, listener);
    this.#undo.push(() => this.model.off(event, listener));
  }

  /** The reader's wish goes to whoever computes; what is drawn stays until the answer is there. */
  #wish(values: Values): void {
    this.#touched = true;
    const now = this.model.get("values") ?? {};
    // A link may name what is no control (any more). Python has said so; to ask for it again would be refused for ever.
    const own = Object.fromEntries(Object.entries(now).filter(([name]) => this.#controls.has(name)));
    const next = { ...own, ...values };
    if (JSON.stringify(next) === JSON.stringify(now)) {
      // Nothing to compute; only the frame may be another.
      if (this.#frameWanted !== null) this.#take();
      return;
    }
    this.model.set("values", next);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#root.classList.add("ck-waiting"), PATIENCE_MS);
    this.model.save_changes();
  }

  #answered(): void {
    clearTimeout(this.#waiting);
    this.#root.classList.remove("ck-waiting");
    setText(this.#error, this.model.get("error") ?? "");
  }

  #take(): void {
    const figure = this.model.get("figure");
    this.#player.take(figure?.frames ?? null, this.#frameWanted);
    this.#frameWanted = null;
    this.#redraw();
  }

  #redraw(): void {
    if (this.#due) return;
    this.#due = requestAnimationFrame(() => {
      this.#due = 0;
      this.#draw();
      delete this.#root.dataset.due;
    });
    this.#root.dataset.due = ""; // what is shown is not yet what was answered
  }

  #draw(): void {
    const figure = this.model.get("figure");
    if (!figure?.panels) return;
    try {
      this.#stage.draw(figure, this.#player.frame, this.#theme);
      this.#root.dataset.drawn = String(Number(this.#root.dataset.drawn ?? 0) + 1);
    } catch (error) {
      setText(this.#error, `This figure cannot be drawn: ${(error as Error).message}`);
      console.error(error);
    }
    this.#say(figure);
  }

  #say(figure: Figure): void {
    const words = figure.frames?.status[this.#player.frame] ?? figure.status;
    setText(this.#status, together(words));
    this.#status.hidden = !words;
    this.#keepHeight();
    clearTimeout(this.#resting);
    // Nothing is read out before the reader has done something here: a page may hold many widgets.
    if (this.#touched && !this.#player.playing) this.#resting = setTimeout(() => setText(this.#live, words), REST_MS);
    this.#relink();
  }

  /** The line stays as high as its longest words at this width: what stands below does not move while frames play. */
  #keepHeight(): void {
    const width = this.#stage.node.clientWidth;
    if (width !== this.#saidAt) [this.#saidAt, this.#tallest] = [width, 0];
    if (!this.#tallest) this.#status.style.minHeight = "";
    const height = this.#status.getBoundingClientRect().height;
    if (height <= this.#tallest) return;
    this.#tallest = height;
    this.#status.style.minHeight = `${height}px`;
  }

  #showValues(): void {
    const values = this.model.get("values") ?? {};
    for (const [name, view] of this.#controls) if (name in values) view.show(values[name]!);
    for (const { button, suggestion } of this.#tries) {
      const met = Object.entries(suggestion.values).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value));
      button.setAttribute("aria-pressed", String(met));
    }
    this.#showControls();
    this.#relink();
  }

  /** Only what has a meaning at these values can be seen and reached. */
  #showControls(): void {
    const values = this.model.get("values") ?? {};
    const still = this.model.get("state")?.kind === "still";
    for (const control of this.model.get("spec")!.controls) {
      const on = applies(control, values);
      const view = this.#controls.get(control.name)!;
      if (view.node) view.node.hidden = view.node.inert = !on;
      for (const { node } of view.handles ?? []) {
        node.inert = still || !on;
        node.classList.toggle("ck-off", !on);
      }
    }
  }

  #showState(): void {
    const state: HostState = this.model.get("state") ?? { kind: "drawn" };
    const still = state.kind === "still";
    this.#root.dataset.state = state.kind;
    this.#root.toggleAttribute("data-ck-still", still);
    setText(this.#note, state.message ?? "");
    setText(this.#remedy, state.remedy ?? "");
    this.#remedy.hidden = !state.remedy;
    // A page keeps a line free for it, so that nothing moves under the reader's hand when Python starts.
    this.#host.hidden = !state.message && !this.model.get("page");
    this.#panelOfControls.disabled = still;
    if (still) this.#answered();
    this.#showControls();
    for (const button of [this.#reset, ...this.#tries.map((line) => line.button)]) button.disabled = still;
    const starting = state.kind === "starting";
    this.#progress.classList.toggle("ck-starting", starting);
    this.#progress.style.setProperty("--ck-done", `${100 * (starting ? state.progress ?? 0 : 0)}%`);
  }

  #tryLines(tries: Try[]): HTMLElement {
    const list = element("ul", { class: "ck-tries" });
    for (const suggestion of tries) {
      const button = element("button", { type: "button", class: "ck-try" }, suggestion.label);
      button.addEventListener("click", () => {
        this.#player.pause();
        this.#frameWanted = suggestion.frame;
        this.#wish(suggestion.values);
      });
      this.#tries.push({ button, suggestion });
      list.append(element("li", {}, button, element("span", { class: "ck-notice" }, suggestion.notice)));
    }
    const box = element("div", { class: "ck-try-box" }, element("p", { class: "ck-try-title" }, "Try this"), list);
    box.hidden = tries.length === 0;
    return box;
  }

  #foot(): HTMLElement {
    this.#reset.addEventListener("click", () => {
      this.#player.pause();
      this.#frameWanted = this.model.get("figure")?.frames?.start ?? null;
      const spec = this.model.get("spec")!;
      this.#wish(Object.fromEntries(spec.controls.map((control) => [control.name, control.value])));
    });
    this.#link.hidden = !this.model.get("page");
    this.#link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab, another window
      // The address takes it as well, without a jump on the page.
      event.preventDefault();
      history.replaceState(history.state, "", this.#link.href);
      const said = (words: string) => {
        setText(this.#copied, words);
        clearTimeout(this.#forgetting);
        this.#forgetting = setTimeout(() => setText(this.#copied, ""), 4000);
      };
      const kept = () => said("It stands in the address bar.");
      if (!navigator.clipboard) kept();
      else void navigator.clipboard.writeText(this.#link.href).then(() => said("Copied."), kept);
    });
    return element("div", { class: "ck-foot" }, this.#reset, this.#link, this.#copied);
  }

  #relink(): void {
    const page = this.model.get("page");
    if (!page) return;
    const spec = this.model.get("spec")!;
    const frame = this.model.get("figure")?.frames ? this.#player.frame : null;
    this.#link.href = page + linkTo(spec, this.model.get("values") ?? {}, frame);
  }

  #dress(next: Theme): void {
    this.#theme = next;
    this.#root.dataset.ckTheme = next.dark ? "dark" : "light";
    for (const view of this.#controls.values()) view.dress?.(next);
    for (const name of INKS) this.#root.style.setProperty(`--ck-${name}`, next.colour(name));
    this.#redraw();
  }
}
