/** The house: its rooms, and what each may import. ARCHITECTURE.md says why. */

export interface Room {
  readonly name: string;
  /** Folder or file, from the repository's root. The longest match wins. */
  readonly path: string;
  /** Rooms whose values it may import. */
  readonly rooms: readonly string[];
  /** Rooms it may `import type` from, beside those. */
  readonly types: readonly string[];
  /** npm packages; `@scope/*` stands for a scope, `*` for all. */
  readonly packages: readonly string[];
  /** npm packages it may only `import type` from. */
  readonly packageTypes: readonly string[];
  /** Whether Node's own modules may be imported. */
  readonly node: boolean;
  /** Whether `process.env` may be read. */
  readonly env: boolean;
  /** Whether it is pure: no clock, no chance, no timer. */
  readonly pure: boolean;
  /** What to do in place of a forbidden import. */
  readonly mend: string;
}

const PORT = "Have apps/server/main.ts hand it in through a port (apps/server/core/ports.ts).";

export const ROOMS: readonly Room[] = [
  room("sdk", "apps/sdk", {
    packages: ["zod"],
    packageTypes: ["playwright-core"],
    node: false,
    mend: "The SDK is plain data plus types; put code that does something into a room of apps/server.",
  }),
  room("sdk/child-process", "apps/sdk/child-process.ts", {
    mend: "It runs inside every process that imports task files, so it needs nothing but Node.",
  }),
  room("bullmq-libsql", "apps/bullmq-libsql", {
    packages: ["@libsql/client", "libsql"],
    packageTypes: ["bullmq"],
    mend: "This library knows nothing of Ultravisor; take what it needs as an argument of its constructor.",
  }),
  room("server/core", "apps/server/core", {
    types: ["sdk"],
    packages: ["croner"],
    packageTypes: ["zod"],
    node: false,
    pure: true,
    mend: "core holds pure rules: take values as arguments, and declare what others must do as a port.",
  }),
  room("server/engine", "apps/server/engine", { rooms: ["server/core"], types: ["sdk"], mend: PORT }),
  room("server/queue", "apps/server/queue", {
    rooms: ["server/core", "bullmq-libsql"],
    packages: ["bullmq", "ioredis", "pg", "@libsql/client"],
    mend: PORT,
  }),
  room("server/store", "apps/server/store", {
    rooms: ["server/core"],
    types: ["sdk"],
    packages: ["drizzle-orm", "@libsql/client", "@libsql/core", "libsql", "uuid"],
    mend: PORT,
  }),
  worksRoom("files", []),
  worksRoom("runner", ["birpc", "zod"]),
  worksRoom("shell", ["koffi"]),
  worksRoom("browser", [
    "playwright-core",
    "playwright-extra",
    "puppeteer-extra-plugin-*",
    "undici",
    "tldts",
    "css-select",
    "dom-serializer",
    "domhandler",
    "domutils",
    "htmlparser2",
  ]),
  worksRoom("mirror", ["htmlparser2", "warcio", "yazl"]),
  worksRoom("extract", ["langchain", "@langchain/*", "zod"]),
  worksRoom("probe", []),
  worksRoom("loader", ["birpc", "chokidar", "yaml", "zod"]),
  room("server/http", "apps/server/http", {
    rooms: ["server/core"],
    types: ["sdk"],
    packages: ["hono", "@hono/*", "@bull-board/*", "zod", "marked"],
    packageTypes: ["bullmq"],
    mend: PORT,
  }),
  room("server/config", "apps/server/config.ts", {
    rooms: ["server/core"],
    packages: ["zod"],
    env: true,
    mend: "config.ts turns the environment into plain values; act on them elsewhere.",
  }),
  room("server/wiring", "apps/server/main.ts", wiring()),
  room("server/wiring", "apps/server/take-over.ts", wiring()),
  room("server/wiring", "apps/server/runner-main.ts", wiring()),
  room("server/wiring", "apps/server/start.ts", wiring()),
  room("server", "apps/server", {
    rooms: ["server/core"],
    packages: ["pino", "pino-pretty", "zod"],
    mend: "Only main.ts and runner-main.ts wire rooms together; move the code into the room it belongs to.",
  }),
  room("web/build", "apps/web/vite.config.ts", {
    packages: ["vite", "@vitejs/*", "@tanstack/*"],
    env: true,
    mend: "The build's configuration needs Vite and its plugins only.",
  }),
  room("web", "apps/web", {
    types: ["server/http", "server/core", "sdk"],
    packages: ["react", "react-dom", "hono", "@tanstack/*", "@xyflow/*", "elkjs", "uplot", "zod"],
    node: false,
    mend: "The web knows the server by its API: `import type` the Hono app, and fetch the rest.",
  }),
  room("cli/config", "apps/cli/config.ts", {
    rooms: ["sdk"],
    packages: ["zod"],
    env: true,
    mend: "config.ts turns the environment into plain values; act on them elsewhere.",
  }),
  room("cli", "apps/cli", {
    rooms: ["sdk", "cli/config"],
    types: ["server/http", "server/core"],
    packages: ["commander", "hono", "yaml", "yauzl", "zod"],
    mend: "The CLI talks to the server over HTTP; only types of the API cross over.",
  }),
  room("kinds", "apps/kinds", {
    rooms: ["sdk"],
    packages: ["csv-parse", "csv-stringify", "fast-xml-parser", "liquidjs"],
    mend: "A ready-made task is a task file like any other: it knows the SDK and its own library.",
  }),
  room("tasks", "tasks", {
    rooms: ["sdk"],
    packages: ["*"],
    env: true,
    mend: 'Task files import from "ultravisor", npm packages, and each other.',
  }),
];

/** Folders that may import anything: they are not part of what runs. */
export const FREE = ["scripts", "tests"];

function worksRoom(name: string, packages: readonly string[]): Room {
  return room(`server/${name}`, `apps/server/${name}`, {
    rooms: ["server/core", "sdk", "sdk/child-process"],
    packages,
    mend: PORT,
  });
}

function wiring(): Partial<Room> & { mend: string } {
  return { rooms: ["*"], packages: ["*"], mend: "Wiring may import any room of the server." };
}

function room(name: string, path: string, rules: Partial<Room> & { mend: string }): Room {
  return {
    name,
    path,
    rooms: [],
    types: [],
    packages: [],
    packageTypes: [],
    node: true,
    env: false,
    pure: false,
    ...rules,
  };
}
