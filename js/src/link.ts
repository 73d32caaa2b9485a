// A widget's settings in the fragment of an address: #ck=activations.explorer&x=2

import type { Spec, Value, Values } from "./figure";

const MARK = "ck";
const FRAME = "ck-frame";

/** Only what differs from the start, so that a link stays short. */
export function linkTo(spec: Spec, values: Values, frame: number | null): string {
  const query = new URLSearchParams({ [MARK]: spec.id });
  for (const control of spec.controls) {
    const text = JSON.stringify(values[control.name]);
    if (text !== undefined && text !== JSON.stringify(control.value)) query.set(control.name, text);
  }
  if (frame !== null) query.set(FRAME, String(frame));
  return `#${query}`;
}

/** The settings that an address asks for this widget, or null. What they may be is for Python to say. */
export function settingsIn(hash: string, spec: Spec): { values: Values; frame: number | null } | null {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  if (query.get(MARK) !== spec.id) return null;
  const values: Values = {};
  for (const [name, text] of query) {
    if (name === MARK || name === FRAME) continue;
    try {
      values[name] = JSON.parse(text) as Value;
    } catch {
      values[name] = text;
    }
  }
  const frame = query.get(FRAME);
  return { values, frame: frame !== null && /^\d+$/.test(frame) ? Number(frame) : null };
}
