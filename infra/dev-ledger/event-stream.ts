/** A server's side of a stream of messages. */
type Writable<T> = { write(message: T): boolean; once(event: 'drain', listener: () => void): unknown };

/** Writes, and waits while the client is slow, so that nothing piles up here. Done early when the signal is given. */
export async function writeWithBackpressure<T>(stream: Writable<T>, message: T, signal: AbortSignal): Promise<void> {
  if (stream.write(message) || signal.aborted) return;
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
