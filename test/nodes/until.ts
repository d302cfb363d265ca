/** Waits until a condition holds, looking again every few milliseconds; fails after `bound` milliseconds. Returns how long it took. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, bound: number): Promise<number> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > bound) {
      throw new Error(`not within ${bound} ms: ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  return performance.now() - startedAt;
}
