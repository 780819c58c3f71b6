/** What a chapter is: a file of chapters/, a line in its index, and its texts in the catalogue. */
import { batch, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { type Fields, read, write } from "../ui/codec.ts";

export interface FigureProps<S, R> {
  readonly state: S;
  /** What compute() made of the state, or of the one before while it is at work. */
  readonly result: R;
  readonly set: (patch: Partial<S>) => void;
}

export interface Chapter<S, R> {
  /** All that a link says about the chapter. */
  readonly fields: Fields<S>;
  /** Runs Nabla. Every number that figure and text show comes from here. */
  compute(state: S): R | Promise<R>;
  /** What stands in the {places} of the chapter's text. */
  words?(result: R, state: S): Readonly<Record<string, string>>;
  readonly Figure: ComponentType<FigureProps<S, R>>;
  /** Whether the task is done. The initial state never is. */
  solved(result: R, state: S): boolean;
  /** A state that solves it. */
  readonly solution: Partial<S>;
}

/** A chapter, with the types of its state and result found by themselves. */
export const chapter = <S, R>(made: Chapter<S, R>): Chapter<S, R> => made;

/** A chapter's state, and what was computed of it. */
export class Desk<S, R> {
  readonly state = signal<S | undefined>(undefined);
  readonly result = signal<{ readonly value: R; readonly state: S } | undefined>(undefined);
  readonly busy = signal(false);
  private asked = 0;

  constructor(
    private readonly made: Chapter<S, R>,
    private readonly hear: {
      /** The state as a link has it. */
      changed(query: string): void;
      solved(): void;
      failed(error: unknown): void;
    },
  ) {}

  /** Takes a link's state. @returns what it says that cannot be */
  open(query: string): string[] {
    const { state, notices } = read<S>(this.made.fields, query);
    this.state.value = state;
    void this.compute(state);
    return notices;
  }

  /** The state as a link has it. */
  get query(): string | undefined {
    const state = this.state.peek();
    return state && write<S>(this.made.fields, state);
  }

  readonly set = (patch: Partial<S>): void => {
    const state = { ...this.state.peek()!, ...patch };
    this.state.value = state;
    this.hear.changed(write<S>(this.made.fields, state));
    void this.compute(state);
  };

  private async compute(state: S): Promise<void> {
    const turn = ++this.asked;
    this.busy.value = true;
    try {
      const value = await this.made.compute(state);
      // a later change has its own turn
      if (turn !== this.asked) return;
      batch(() => {
        this.result.value = { value, state };
        this.busy.value = false;
      });
      if (this.made.solved(value, state)) this.hear.solved();
    } catch (error) {
      if (turn !== this.asked) return;
      this.busy.value = false;
      this.hear.failed(error);
    }
  }
}
