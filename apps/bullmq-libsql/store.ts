// One open queue file shared by everything in this process, and the group commit: all operations of one tick run in
// one transaction, and each learns its result only after the commit.
import { Connection, locate } from "./connection.ts";
import { connectionClosed } from "./errors.ts";
import { flushEvents } from "./events.ts";
import { openQueue, type Queue, readQueue, returnNumbers, writeQueue } from "./queue.ts";
import { recoverFromDeadProcess } from "./stalled.ts";
import { type Syncing, syncEverySecond } from "./sync.ts";
import { wakeListeners, wakeWorkers } from "./wakeup.ts";

interface Operation {
  again: () => unknown;
  settle: () => void;
  reject: (error: unknown) => void;
}

// Taken at load time: fake timers installed by a user's tests must not stop the commit.
const afterThisTick = setImmediate;

const shared = new Map<string, Store>();

/** Opens the file named by the URL, or joins those in this process who have it open. */
export function openStore(url: string): Store {
  const path = locate(url);
  const store = shared.get(path) ?? new Store(path);
  shared.set(path, store);
  store.users++;
  return store;
}

/** An open queue file. */
export class Store {
  users = 0;
  readonly sql: Connection;
  /** Names of the workers and listeners that are connected, by the object that stands for each. */
  readonly clients = new Map<object, { id: number; name: string; since: number }>();
  readonly #queues = new Map<string, Queue>();
  /** The names of all queues in the file, whether or not anyone has looked at them. */
  readonly #names: Set<string>;
  readonly #touched = new Set<Queue>();
  readonly #syncing: Syncing;
  #operations: Operation[] = [];
  #undo: (() => void)[] = [];
  #open = false;
  #closed = false;

  constructor(path: string) {
    this.sql = new Connection(path);
    this.#syncing = path === ":memory:" ? { note: () => {}, stop: () => {} } : syncEverySecond(`${path}-wal`);
    this.#names = new Set(this.sql.all<{ name: string }>("SELECT name FROM queue").map(({ name }) => name));
    recoverFromDeadProcess(this);
  }

  /** The memory of a queue, by its qualified name. */
  queue(name: string): Queue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = openQueue(this.sql, name);
    this.#names.add(name);
    this.#queues.set(name, queue);
    return queue;
  }

  /** The queue with exactly this qualified name, if there is one. */
  knownQueue(name: string): Queue | undefined {
    return this.#names.has(name) ? this.queue(name) : undefined;
  }

  /** Marks a queue whose workers, listeners or rows the commit must look after. */
  touch(queue: Queue): void {
    this.#touched.add(queue);
  }

  /** Notes how to restore memory that is not read again after a rollback. */
  undoWith(undo: () => void): void {
    if (this.#open) this.#undo.push(undo);
  }

  /** Runs an operation inside this tick's transaction and resolves once that is committed. */
  perform<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return reject(connectionClosed());
      try {
        if (!this.#open) this.#begin();
        const before = this.sql.writes;
        this.#run(work, before, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  /** Writes a consistent copy of the queue file, with everything acknowledged so far in it. */
  copyTo(path: string): void {
    this.#commit();
    this.sql.copyTo(path);
  }

  /** Commits what is open; when the last user leaves, lets the file go. */
  leave(): void {
    if (--this.users > 0 || this.#closed) return;
    this.#commit();
    for (const queue of this.#queues.values()) {
      returnNumbers(queue);
      writeQueue(this.sql, queue);
    }
    this.#syncing.stop();
    this.#closed = true;
    shared.delete(this.sql.path);
    for (const queue of this.#queues.values()) {
      for (const wake of [...queue.waiters, ...queue.readers]) wake();
    }
    this.sql.close();
  }

  #begin(): void {
    this.sql.run("BEGIN IMMEDIATE");
    this.#open = true;
    afterThisTick(() => this.#commit());
  }

  #run<T>(work: () => T, before: number, resolve: (value: T) => void, reject: (error: unknown) => void): void {
    const operation: Operation = { again: work, settle: () => {}, reject };
    operation.again = () => {
      const value = work();
      operation.settle = () => resolve(value);
    };
    try {
      operation.again();
      this.#operations.push(operation);
    } catch (error) {
      reject(error);
      // A refusal wrote nothing and concerns nobody else. Anything else may have left half a change behind.
      if (this.sql.writes !== before) this.#startOver();
    }
  }

  #commit(): void {
    if (!this.#open) return;
    try {
      for (const queue of this.#touched) {
        flushEvents(this, queue);
        writeQueue(this.sql, queue);
      }
      this.sql.run("COMMIT");
    } catch (error) {
      const operations = this.#rollback();
      for (const operation of operations) operation.reject(error);
      return;
    }
    this.#open = false;
    this.#syncing.note();
    const operations = this.#operations;
    const touched = [...this.#touched];
    this.#forget();
    for (const operation of operations) operation.settle();
    for (const queue of touched) {
      wakeListeners(queue);
      wakeWorkers(queue);
    }
  }

  /** Undoes the transaction and repeats the operations that had succeeded, each by itself. */
  #startOver(): void {
    for (const operation of this.#rollback()) {
      this.sql.run("BEGIN IMMEDIATE");
      this.#open = true;
      try {
        operation.again();
        this.#operations.push(operation);
        this.#commit();
      } catch (error) {
        operation.reject(error);
        this.#rollback();
      }
    }
  }

  #rollback(): Operation[] {
    const operations = this.#operations;
    this.#open = false;
    try {
      this.sql.run("ROLLBACK");
    } catch {
      // A full disk ends the transaction by itself; there is nothing left to roll back then.
    }
    for (const undo of this.#undo.reverse()) undo();
    for (const queue of this.#queues.values()) readQueue(this.sql, queue);
    this.#forget();
    return operations;
  }

  #forget(): void {
    this.#operations = [];
    this.#undo = [];
    this.#touched.clear();
  }
}
