// A widget's view: draws what the model holds and puts the reader's wishes into it. It knows no host, and computes nothing.

import type { Control, Figure, HostState, Model, Try, Value, Values } from "./figure";
import { controlView, isPoint, type ControlView } from "./controls/index";
import { element, freshId, setText } from "./dom";
import { linkTo } from "./link";
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
  #note = element("p", { class: "ck-host" });
  #panelOfControls = element("fieldset", { class: "ck-controls" });
  #tries: { button: HTMLButtonElement; suggestion: Try }[] = [];
  #reset = element("button", { type: "button", class: "ck-reset" }, "Reset");
  #link = element("a", { class: "ck-link" }, "Link to these settings");
  #theme: Theme = theme(isDark());
  #frameWanted: number | null = null;
  #touched = false;
  #due = 0;
  #resting = 0;
  #waiting = 0;
  #undo: (() => void)[] = [];

  constructor(private model: Model, el: HTMLElement) {
    const spec = model.get("spec")!;
    const wish = (name: string, value: Value) => this.#wish({ [name]: value });
    this.#controls = new Map(spec.controls.map((control: Control) => [control.name, controlView(control, wish)]));
    const views = [...this.#controls.values()];
    this.#stage = new Stage(views);
    this.#panelOfControls.append(...views.filter((view) => !isPoint(view)).map((view) => view.node));
    this.#panelOfControls.hidden = views.every(isPoint);
    const heading = freshId();
    this.#root = element("section", { class: "ck", "aria-labelledby": heading, "data-widget": spec.id },
      element("p", { class: "ck-title", id: heading }, spec.title),
      this.#progress, this.#stage.node, this.#player.node, this.#status, this.#live, this.#error,
      this.#panelOfControls, this.#tryLines(spec.tries), this.#foot(), this.#note);
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
    for (const undo of this.#undo) undo();
    this.#root.remove();
  }

  #listen(event: string, listener: () => void): void {
    this.model.on(event, listener);
    this.#undo.push(() => this.model.off(event, listener));
  }

  /** The reader's wish goes to whoever computes; what is drawn stays until the answer is there. */
  #wish(values: Values): void {
    this.#touched = true;
    const now = this.model.get("values") ?? {};
    const next = { ...now, ...values };
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
    if (!this.#due) this.#due = requestAnimationFrame(() => ((this.#due = 0), this.#draw()));
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
    setText(this.#status, words);
    this.#status.hidden = !words;
    clearTimeout(this.#resting);
    // Nothing is read out before the reader has done something here: a page may hold many widgets.
    if (this.#touched && !this.#player.playing) this.#resting = setTimeout(() => setText(this.#live, words), REST_MS);
    this.#relink();
  }

  #showValues(): void {
    const values = this.model.get("values") ?? {};
    for (const [name, view] of this.#controls) if (name in values) view.show(values[name]!);
    for (const { button, suggestion } of this.#tries) {
      const met = Object.entries(suggestion.values).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value));
      button.setAttribute("aria-pressed", String(met));
    }
    this.#relink();
  }

  #showState(): void {
    const state: HostState = this.model.get("state") ?? { kind: "drawn" };
    const still = state.kind === "still";
    this.#root.dataset.state = state.kind;
    this.#root.toggleAttribute("data-ck-still", still);
    setText(this.#note, state.message ?? "");
    // A page keeps a line free for it, so that nothing moves under the reader's hand when Python starts.
    this.#note.hidden = !state.message && !this.model.get("page");
    this.#panelOfControls.disabled = still;
    if (still) this.#answered();
    const points = [...this.#controls.values()].filter(isPoint).map((view) => view.node as HTMLButtonElement);
    for (const button of [this.#reset, ...points, ...this.#tries.map((line) => line.button)]) button.disabled = still;
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
    this.#link.addEventListener("click", () => {
      void navigator.clipboard?.writeText(this.#link.href).then(
        () => {
          setText(this.#link, "Link copied");
          setTimeout(() => setText(this.#link, "Link to these settings"), 2000);
        },
        () => undefined, // the address bar has it all the same
      );
    });
    return element("div", { class: "ck-foot" }, this.#reset, this.#link);
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
    for (const name of INKS) this.#root.style.setProperty(`--ck-${name}`, next.colour(name));
    this.#redraw();
  }
}
