// Frames: play, pause, step, scrub. Nothing moves until the reader asks, and then slowly for one who asked for less motion.

import type { Frames } from "./figure";
import { element, freshId, setText } from "./dom";

const SLOW = 2;

const icon = (path: string) =>
  `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="${path}" fill="currentColor"/></svg>`;
const PLAY = icon("M7 4.5v15l12.5-7.5z");
const PAUSE = icon("M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z");
const BACK = icon("M17.5 5v14L8.5 12zM5.5 5h2v14h-2z");
const ON = icon("M6.5 5v14l9-7zM16.5 5h2v14h-2z");

export class Player {
  readonly node = element("div", { class: "ck-player", role: "group", "aria-label": "Animation" });
  frame = 0;
  #frames: Frames | null = null;
  #play = this.#button("Play", PLAY, () => (this.playing ? this.pause() : this.play()));
  #scrub: HTMLInputElement;
  #label = element("output", { class: "ck-frame-label" });
  #timer = 0;
  #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    const id = freshId();
    this.#scrub = element("input", { type: "range", id, min: "0", step: "1", class: "ck-range ck-scrub", "aria-label": "Frame" });
    this.#scrub.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.#scrub.value));
    });
    const back = this.#button("One step back", BACK, () => this.#step(-1));
    const on = this.#button("One step on", ON, () => this.#step(1));
    this.node.append(this.#play, back, on, this.#scrub, this.#label);
    this.node.hidden = true;
  }

  get playing(): boolean {
    return this.#timer !== 0;
  }

  /** Takes the frames of a new figure; stays at the same frame where there are as many as before. */
  take(frames: Frames | null, at: number | null): void {
    const same = frames && this.#frames && frames.count === this.#frames.count;
    this.#frames = frames;
    this.node.hidden = !frames || frames.count < 2;
    if (!frames) {
      this.pause();
      this.frame = 0;
      return;
    }
    const wanted = at ?? (same ? this.frame : frames.start);
    this.frame = Math.min(frames.count - 1, wanted < 0 ? Math.max(0, frames.count + wanted) : wanted);
    this.#scrub.max = String(frames.count - 1);
    this.#tell();
  }

  go(frame: number): void {
    if (!this.#frames) return;
    const next = Math.min(this.#frames.count - 1, Math.max(0, frame));
    if (next === this.frame) return;
    this.frame = next;
    this.#tell();
    this.#changed();
  }

  play(): void {
    const frames = this.#frames;
    if (!frames || this.playing) return;
    if (this.frame >= frames.count - 1) this.go(0);
    const calm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    const pause = 1000 / (calm ? Math.min(SLOW, frames.per_second) : frames.per_second);
    let last = performance.now();
    const tick = (now: number) => {
      this.#timer = requestAnimationFrame(tick);
      const steps = Math.floor((now - last) / pause);
      if (steps < 1) return;
      last += steps * pause;
      this.go(this.frame + steps);
      if (this.frame >= (this.#frames?.count ?? 1) - 1) this.pause();
    };
    this.#timer = requestAnimationFrame(tick);
    this.#dress();
  }

  pause(): void {
    if (!this.playing) return;
    cancelAnimationFrame(this.#timer);
    this.#timer = 0;
    this.#dress();
    this.#changed();
  }

  #step(by: number): void {
    this.pause();
    this.go(this.frame + by);
  }

  #dress(): void {
    this.#play.innerHTML = this.playing ? PAUSE : PLAY;
    this.#play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.#play.title = this.playing ? "Pause" : "Play";
  }

  #tell(): void {
    const label = this.#frames?.labels[this.frame] ?? "";
    this.#scrub.value = String(this.frame);
    this.#scrub.setAttribute("aria-valuetext", label);
    const most = Number(this.#scrub.max) || 1;
    this.#scrub.style.setProperty("--ck-filled", `${(100 * this.frame) / most}%`);
    setText(this.#label, label);
  }

  #button(label: string, picture: string, pressed: () => void): HTMLButtonElement {
    const node = element("button", { type: "button", class: "ck-icon", "aria-label": label, title: label });
    node.innerHTML = picture;
    node.addEventListener("click", pressed);
    return node;
  }
}
