// A model with the methods of an anywidget one, for a page without a kernel.

import type { Model, Traits } from "../figure";

export class PageModel implements Model {
  #traits: Partial<Traits>;
  #listeners = new Map<string, Set<() => void>>();
  /** Called when the view has put all of a wish into the model. */
  wished: () => void = () => undefined;

  constructor(traits: Partial<Traits>) {
    this.#traits = traits;
  }

  get<K extends keyof Traits>(name: K): Traits[K] | undefined {
    return this.#traits[name];
  }

  set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    if (this.#traits[name] === value) return;
    this.#traits[name] = value;
    for (const listener of [...(this.#listeners.get(`change:${name}`) ?? [])]) listener();
  }

  save_changes(): void {
    this.wished();
  }

  on(event: string, listener: () => void): void {
    const known = this.#listeners.get(event);
    if (known) known.add(listener);
    else this.#listeners.set(event, new Set([listener]));
  }

  off(event: string, listener: () => void): void {
    this.#listeners.get(event)?.delete(listener);
  }
}
