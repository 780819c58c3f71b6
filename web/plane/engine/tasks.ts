/** Turns for others: on a thread that trains, messages and timers get through between tasks. */

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
// in Node an open port would keep the process alive
if ("unref" in channel.port1) (channel.port1 as unknown as { unref(): void }).unref();

/** Resolves in the next task. A message, as timers wait at least 4 ms. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 100)));
