/**
 * The channel between the server and a runner. What either side says in one turn of its event loop travels together: every message
 * on its own would cost both a system call and, as often as not, a switch of processes.
 */

interface Endpoint {
  send(messages: readonly unknown[]): void;
  onMessage(listen: (messages: readonly unknown[]) => void): void;
}

export interface Channel {
  post(message: unknown): void;
  on(listen: (message: unknown) => void): void;
}

export function openChannel(endpoint: Endpoint): Channel {
  let waiting: unknown[] = [];
  const send = (): void => {
    const messages = waiting;
    waiting = [];
    endpoint.send(messages);
  };
  return {
    post(message) {
      if (waiting.push(message) === 1) setImmediate(send);
    },
    on(listen) {
      endpoint.onMessage((messages) => {
        for (const message of messages) listen(message);
      });
    },
  };
}
