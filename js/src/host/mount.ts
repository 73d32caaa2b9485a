// One widget of the page: drawn at once from what the build computed, live as soon as the page's Python is.

import type { Figure, HostState, Spec, Values } from "../figure";
import { settingsIn } from "../link";
import { render } from "../view";
import { PageModel } from "./model";
import type { BootState, Python } from "./python";

/** Any of these says that the reader means this widget. */
const INTENT = ["pointerenter", "pointerdown", "focusin", "touchstart"] as const;

/** What the build computed. */
interface Saved {
  spec: Spec;
  values: Values;
  figure: Figure;
}

export function mount(figure: HTMLElement, python: Python | null, why: string): void {
  const script = figure.querySelector<HTMLScriptElement>('script[type="application/json"]');
  if (!script) throw new Error("a ck-widget needs its state in a <script type=application/json>");
  const saved = JSON.parse(script.textContent ?? "") as Saved;
  const page = location.protocol === "file:" ? "" : location.href.replace(/#.*/, "");
  const model = new PageModel({ ...saved, error: "", answered: 0, state: { kind: "drawn" }, page });
  const holder = document.createElement("div");
  figure.append(holder);
  render({ model, el: holder });
  figure.dataset.ready = "";
  if (!python) {
    model.set("state", { kind: "still", message: why });
    return;
  }
  live(figure, model, saved, python);
}

/** A widget's function takes a second at most where it was tested; a phone may need ten times as long, and no longer. */
const PATIENCE_MS = 10_000;

function live(figure: HTMLElement, model: PageModel, saved: Saved, python: Python): void {
  const spec = saved.spec;
  let drawn = saved.values;
  let asking = false;
  let wanted = false;
  let slow = false;
  /** What was wished for when Python could not start: it is honoured if it starts after all. */
  let unmet: Values | null = null;

  const tell = () => model.set("state", slow ? SLOW : say(python.state, wanted || meant));

  const ask = async (values: Values) => {
    const patience = setTimeout(() => ((slow = true), tell()), PATIENCE_MS);
    const reply = await python.ask(spec.id, values);
    clearTimeout(patience);
    if (slow) {
      slow = false;
      tell();
    }
    return reply;
  };

  const pump = async () => {
    if (asking || !wanted || python.state.kind !== "ready") return;
    asking = true;
    figure.dataset.asking = "";
    while (wanted && python.state.kind === "ready") {
      wanted = false;
      const values = model.get("values")!;
      const reply = await ask(values);
      if (reply.ended === "passed over") {
        wanted = true;
        continue;
      }
      figure.dataset.roundTripMs = reply.roundTrip.toFixed(2);
      figure.dataset.computedMs = reply.computed.toFixed(2);
      figure.dataset.answers = String(Number(figure.dataset.answers ?? 0) + 1);
      if (reply.ended) {
        reply.error = `This was stopped after ${Math.round(reply.roundTrip / 1000)} seconds; what is drawn is as before.`;
        wanted = false;
        model.set("values", drawn);
      }
      if (reply.figure) {
        drawn = values;
        model.set("figure", reply.figure);
      }
      // A refusal of something that is no longer wished for is not shown.
      if (reply.figure || !wanted) model.set("error", reply.error ?? "");
      model.set("answered", (model.get("answered") ?? 0) + 1);
      figure.dispatchEvent(new CustomEvent("coursekit:answer", { bubbles: true, detail: { values, ...reply } }));
    }
    asking = false;
    delete figure.dataset.asking;
  };

  model.wished = () => {
    wanted = true;
    python.boot();
    void pump();
  };

  model.on("change:pressed", () => {
    if (unmet) {
      model.set("values", unmet);
      wanted = true;
    }
    unmet = null;
    meant = true;
    python.restart();
  });

  let meant = false;
  const intend = () => {
    if (meant) return;
    meant = true;
    for (const event of INTENT) figure.removeEventListener(event, intend);
    near.disconnect();
    python.boot();
  };
  for (const event of INTENT) figure.addEventListener(event, intend, { passive: true });
  const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && scrolled && intend(), {
    rootMargin: "25% 0px",
  });
  // What stands on the first screen is not an intent; what the reader scrolls to is.
  let scrolled = false;
  addEventListener("scroll", () => {
    if (scrolled || meant) return;
    scrolled = true;
    near.disconnect();
    near.observe(figure);
  }, { passive: true });

  python.watch((state) => {
    tell();
    if (state.kind === "failed") {
      // Nothing will be computed: the controls go back to what is drawn.
      if (wanted) unmet = model.get("values")!;
      wanted = false;
      model.set("values", drawn);
    }
    if (state.kind === "ready") {
      figure.dataset.bootMs = state.ms.toFixed(0);
      void pump();
    }
  });

  const follow = () => {
    const settings = settingsIn(location.hash, spec);
    if (!settings) return;
    const defaults = Object.fromEntries(spec.controls.map((control) => [control.name, control.value]));
    model.set("values", { ...defaults, ...settings.values });
    if (settings.frame !== null) model.set("frame", settings.frame);
    figure.scrollIntoView({ block: "center" });
    model.wished();
  };
  addEventListener("hashchange", follow);
  follow();
}

const SLOW: HostState = {
  kind: "slow",
  message: `This takes longer than ${PATIENCE_MS / 1000} seconds. Wait, or stop it: Python then starts anew.`,
  remedy: "Stop it",
};

/** Only the widgets that the reader has turned to speak of the start. */
function say(state: BootState, meant: boolean): HostState {
  switch (state.kind) {
    case "off":
      return { kind: "drawn" };
    case "starting":
      if (!meant) return { kind: "drawn" };
      return { kind: "starting", message: `Starting Python: ${state.what} …`, progress: state.done };
    case "ready":
      return { kind: "ready" };
    case "failed": {
      const message =
        `This figure stays as it was drawn: Python could not start in this browser (${state.message}).`;
      return { kind: "still", message, remedy: "Try again" };
    }
  }
}
