/** Waits for what events change: whoever waits looks again after each of them. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Something may have changed. */
  tell(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves with true as soon as the condition holds, or with false after the limit.
   * @param limit in milliseconds
   */
  until(condition: () => boolean, limit: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve(held);
      };
      const look = (): void => {
        if (condition()) end(true);
      };
      const timer = setTimeout(end, limit, false);
      this.#waiting.add(look);
    });
  }
}
