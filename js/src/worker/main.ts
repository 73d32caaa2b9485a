// The worker's transport: messages in, messages out.

import type { FromWorker, ToWorker } from "./protocol";
import { Python } from "./python";

const send = (message: FromWorker, transfer: Transferable[] = []) =>
  (self as unknown as { postMessage(m: unknown, t: Transferable[]): void }).postMessage(message, transfer);

const oneLine = (error: unknown) => String((error as Error)?.message ?? error).trim().split("\n").pop() ?? "unknown";

let python: Python | null = null;

self.addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "boot") {
    try {
      python = await Python.boot(data.python, (what, done) => send({ type: "progress", what, done }));
      send({ type: "ready", versions: python.versions });
    } catch (error) {
      send({ type: "failed", message: oneLine(error) });
    }
    return;
  }
  const { request } = data;
  try {
    if (!python) throw new Error("Python has not started");
    const answer = python.compute(data.widget, data.values);
    send({ type: "answer", request, ...answer }, answer.buffers);
  } catch (error) {
    send({ type: "answer", request, json: JSON.stringify({ error: oneLine(error) }), buffers: [], computed: 0 });
  }
});
