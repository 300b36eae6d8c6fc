/**
 * What a task file imports: `import { browser, cron, z } from "ultravisor"`.
 * Definitions are plain data plus one function; nothing here talks to a server.
 */
export { z } from "zod";
export type { Collection, CollectionOptions } from "./collection.ts";
export { collection } from "./collection.ts";
export type {
  BrowserContext,
  CodeContext,
  Document,
  DownloadedFile,
  DownloadOptions,
  FileDraftOptions,
  Form,
  LinkOptions,
  RequestOptions,
  Response,
  SaveOptions,
  Scrolled,
  ScrollOptions,
  SitemapOptions,
  SpawnOptions,
  StateAccess,
  StateFact,
  TaskContext,
  VisitOptions,
} from "./context.ts";
export type {
  BrowserOptions,
  CodeOptions,
  Definition,
  Duration,
  LimitOptions,
  OperationDefinition,
  OperationOptions,
  PerHostOptions,
  RecrawlOptions,
  RetryOptions,
  ShellOptions,
  TaskDefinition,
  TaskKind,
  TaskUse,
  ToleratedFailures,
  UseOptions,
} from "./definition.ts";
export { browser, code, isDefinition, operation, shell } from "./definition.ts";
export { FailError, fail, SkipError, skip } from "./outcome.ts";
export type { RecordedStep, Recording, Replayed } from "./recording.ts";
export type {
  AfterTrigger,
  Amount,
  Condition,
  CronTrigger,
  EveryTrigger,
  Overlap,
  PageCheck,
  TriggerSpec,
  WebhookTrigger,
  WhenTrigger,
} from "./triggers.ts";
export { after, cron, every, webhook, when } from "./triggers.ts";
