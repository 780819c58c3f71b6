/** How this kind of host starts the worker; `#worker` in package.json chooses. */
export interface Worker {
  post(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  /** Whether a process may end though the worker is still there. */
  rest(idle: boolean): void;
}

export interface Listeners {
  message(data: unknown): void;
  /** The worker could not be loaded, or has broken down. */
  error(why: string): void;
}

/** @throws where there can be no worker */
export type Spawn = (listeners: Listeners) => Worker;
