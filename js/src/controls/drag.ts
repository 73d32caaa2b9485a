// Taking hold of something and moving it: mouse, pen and finger alike.

/**
 * Calls `moved` with the place to which the node is dragged, counted as its `left` and `top` are; returns whether it is
 * held just now.
 */
export function draggable(node: HTMLElement, moved: (left: number, top: number) => void): () => boolean {
  let grip: { dx: number; dy: number } | null = null;
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    // It keeps its distance from the finger, so that it does not jump when it is taken.
    grip = { dx: parseFloat(node.style.left) - event.clientX, dy: parseFloat(node.style.top) - event.clientY };
    node.classList.add("ck-held");
  });
  node.addEventListener("pointermove", (event) => {
    if (grip) moved(event.clientX + grip.dx, event.clientY + grip.dy);
  });
  const drop = (event: Event) => {
    // A finger is captured by what it touched, a child, first: that one losing it is not the end.
    if (event.target !== node) return;
    grip = null;
    node.classList.remove("ck-held");
  };
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(end, drop);
  return () => grip !== null;
}
