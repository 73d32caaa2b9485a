type Child = Node | string;

/** An element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// JupyterLab loads a copy of this module for every widget, each with a count of its own.
const copy = Math.random().toString(36).slice(2, 8);
let count = 0;

/** An id that no other element of the page has. */
export const freshId = (): string => `ck-${copy}-${++count}`;

/** Sets text only where it differs, so that nothing is read out twice. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
