/** A server's side of a stream of messages. */
type Writable<T> = { write(message: T): boolean; once(event: 'drain', listener: () => void): unknown };

/** Writes, and waits while the client is slow, so that nothing piles up here. Done early when the signal is given. */
export async function writeWithBackpressure<T>(stream: Writable<T>, message: T, signal: AbortSignal): Promise<void> {
  if (stream.write(message) || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** A signal that is given when the call is cancelled: by the client, by its deadline, or because the connection is gone. */
export function cancellation(call: { on(event: 'cancelled', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController();
  // A reason of our own spares an exception object with its stack, which no one reads, for every call.
  call.on('cancelled', () => controller.abort('cancelled'));
  return controller.signal;
}
