/** The HTTP room's door: every route, behind the same checks, in front of the same error door. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono, MiddlewareHandler } from "hono";
import { authenticate } from "./auth.ts";
import { checkBody, limitBody } from "./body.ts";
import type { AppContext, AppEnv } from "./endpoint.ts";
import { secureHeaders } from "./headers.ts";
import { checkHost } from "./hosts.ts";
import { problem, refuseInvalid } from "./problem.ts";
import { limitRate } from "./rate-limit.ts";
import { aggregateEndpoints } from "./routes/aggregates.ts";
import { approvalEndpoints } from "./routes/approvals.ts";
import { backupEndpoints } from "./routes/backups.ts";
import { changeEndpoints } from "./routes/changes.ts";
import { dataEndpoints } from "./routes/data.ts";
import { addDocs } from "./routes/docs.ts";
import { eventEndpoints } from "./routes/events.ts";
import { fileEndpoints } from "./routes/files.ts";
import { flowEndpoints } from "./routes/flow.ts";
import { healthEndpoints } from "./routes/health.ts";
import { hookEndpoints } from "./routes/hooks.ts";
import { logEndpoints } from "./routes/logs.ts";
import { manifestEndpoints } from "./routes/manifest.ts";
import { addMetrics } from "./routes/metrics.ts";
import { mirrorEndpoints } from "./routes/mirror.ts";
import { notStartedEndpoints } from "./routes/not-started.ts";
import { runEndpoints } from "./routes/runs.ts";
import { savedSessionEndpoints } from "./routes/saved-sessions.ts";
import { scheduleEndpoints } from "./routes/schedule.ts";
import { servedPagesEndpoints } from "./routes/served-pages.ts";
import { addSignIn, sessionEndpoints } from "./routes/session.ts";
import { sqlEndpoints } from "./routes/sql.ts";
import { stateEndpoints } from "./routes/state.ts";
import { subtreeEndpoints } from "./routes/subtrees.ts";
import { taskRunEndpoints } from "./routes/task-runs.ts";
import { taskEndpoints } from "./routes/tasks.ts";
import { addWeb, unknownRoute } from "./routes/web.ts";
import type { Services } from "./services.ts";

/** What `hc<App>` infers the typed client from. */
export type App = ReturnType<typeof addEndpoints>;

/** The whole server as one app, ready for `listen`. */
export function createApp(services: Services): App {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.onError((error, c) => problem(error, c, services.logger));
  app.notFound((c) => problem(unknownRoute(c), c, services.logger));
  app.use(
    "*",
    secureHeaders,
    logRequest(services),
    checkHost(services.allowedHosts),
    authenticate(services),
    limitRate(services),
    limitBody,
    checkBody,
  );
  const api = addEndpoints(app, services);
  addDescription(app, services);
  addMetrics(app, services);
  addSignIn(app, services);
  addDocs(app, services);
  if (services.board !== null) {
    addBoard(app, services.board);
  }
  addWeb(app, services);
  return api;
}

function addBoard(app: OpenAPIHono<AppEnv>, make: () => Promise<Hono>): void {
  let board: Promise<Hono> | undefined;
  const answer = async (c: AppContext): Promise<Response> => {
    board ??= make();
    return (await board).fetch(c.req.raw, c.env);
  };
  app.get("/queues/", (c) => c.redirect("/queues", 301));
  app.all("/queues", answer);
  app.all("/queues/*", answer);
}

/** Left without a stated type on purpose: the client's types are inferred from this list. */
function addEndpoints(app: OpenAPIHono<AppEnv>, services: Services) {
  return app.openapiRoutes([
    ...healthEndpoints(services),
    ...backupEndpoints(services),
    ...taskEndpoints(services),
    ...runEndpoints(services),
    ...taskRunEndpoints(services),
    ...notStartedEndpoints(services),
    ...subtreeEndpoints(services),
    ...flowEndpoints(services),
    ...approvalEndpoints(services),
    ...manifestEndpoints(services),
    ...servedPagesEndpoints(services),
    ...logEndpoints(services),
    ...fileEndpoints(services),
    ...aggregateEndpoints(services),
    ...changeEndpoints(services),
    ...mirrorEndpoints(services),
    ...dataEndpoints(services),
    ...sqlEndpoints(services),
    ...stateEndpoints(services),
    ...scheduleEndpoints(services),
    ...hookEndpoints(services),
    ...eventEndpoints(services),
    ...sessionEndpoints(services),
    ...savedSessionEndpoints(services),
  ]);
}

function addDescription(app: OpenAPIHono<AppEnv>, services: Services): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  app.get("/api/openapi.json", async (c) => {
    const { version } = await services.health();
    const info = {
      title: "Ultravisor",
      version,
      description: "Times are ISO 8601 UTC, ids UUIDv7, lists `{ items, next }`.",
    };
    return c.json(app.getOpenAPI31Document({ openapi: "3.1.0", info, security: [{ token: [] }] }));
  });
}

function logRequest({ logger, clock }: Services): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = clock();
    await next();
    const facts = {
      requestId: c.get("requestId"),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: clock() - startedAt,
    };
    logger.debug(facts, "request");
  };
}
