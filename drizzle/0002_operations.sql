-- A run may be started by a task of another run. SQLite changes no CHECK in place, so `runs` is copied, while the triggers that
-- count its task runs are away. The migrator has foreign keys off meanwhile: nothing cascades.
DROP TRIGGER task_runs_counted;
--> statement-breakpoint
DROP TRIGGER task_runs_recounted;
--> statement-breakpoint
CREATE TABLE `adaptive_limits` (
	`lock` text PRIMARY KEY NOT NULL,
	`places` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `__new_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`trigger_kind` text NOT NULL,
	`trigger_id` text,
	`nominal_at` integer,
	`trigger_run_id` text,
	`cause` text,
	`parent_task_run_id` text,
	`depth` integer DEFAULT 0 NOT NULL,
	`idempotency_key` text,
	`input` text NOT NULL,
	`summary` text,
	`report` text NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`cancel_requested_at` integer,
	`waiting` integer DEFAULT 0 NOT NULL,
	`queued` integer DEFAULT 0 NOT NULL,
	`running` integer DEFAULT 0 NOT NULL,
	`succeeded` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`cancelled` integer DEFAULT 0 NOT NULL,
	`skipped` integer DEFAULT 0 NOT NULL,
	`too_deep` integer DEFAULT 0 NOT NULL,
	`too_many` integer DEFAULT 0 NOT NULL,
	`hooks` integer DEFAULT 0 NOT NULL,
	`timeout` integer,
	`expires_at` integer,
	`lock` text,
	`lock_limit` integer,
	`timed_out` integer DEFAULT false NOT NULL,
	CONSTRAINT "runs_state" CHECK(state IN ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
	CONSTRAINT "runs_trigger_kind" CHECK(trigger_kind IN ('cron', 'every', 'when', 'after', 'api', 'manual', 'webhook', 'task')),
	CONSTRAINT "runs_finished" CHECK((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled', 'skipped'))),
	CONSTRAINT "runs_finished_means_none_open" CHECK(finished_at IS NULL OR waiting + queued + running = 0),
	CONSTRAINT "runs_counts" CHECK(min(waiting, queued, running, succeeded, failed, cancelled, skipped) >= 0),
	CONSTRAINT "runs_nominal_needs_trigger" CHECK(nominal_at IS NULL OR trigger_id IS NOT NULL)
);
--> statement-breakpoint
INSERT INTO `__new_runs`("id", "name", "kind", "state", "reason", "trigger_kind", "trigger_id", "nominal_at", "trigger_run_id", "cause", "idempotency_key", "input", "summary", "report", "created_at", "started_at", "finished_at", "cancel_requested_at", "waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped", "too_deep", "too_many", "hooks", "timeout", "expires_at", "lock", "lock_limit", "timed_out") SELECT "id", "name", "kind", "state", "reason", "trigger_kind", "trigger_id", "nominal_at", "trigger_run_id", "cause", "idempotency_key", "input", "summary", "report", "created_at", "started_at", "finished_at", "cancel_requested_at", "waiting", "queued", "running", "succeeded", "failed", "cancelled", "skipped", "too_deep", "too_many", "hooks", "timeout", "expires_at", "lock", "lock_limit", "timed_out" FROM `runs`;--> statement-breakpoint
DROP TABLE `runs`;--> statement-breakpoint
ALTER TABLE `__new_runs` RENAME TO `runs`;--> statement-breakpoint
CREATE UNIQUE INDEX `runs_nominal` ON `runs` (`trigger_id`,`nominal_at`) WHERE nominal_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `runs_idempotency_key` ON `runs` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `runs_by_name` ON `runs` (`name`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_state` ON `runs` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `runs_locks` ON `runs` (`lock`,`state`,`id`) WHERE lock IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_expiring` ON `runs` (`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_trigger` ON `runs` (`trigger_kind`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_cause` ON `runs` (`trigger_run_id`,`id`) WHERE trigger_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_parent` ON `runs` (`parent_task_run_id`,`id`) WHERE parent_task_run_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `awaits` text;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `cpu` real;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `memory` integer;--> statement-breakpoint
CREATE INDEX `task_runs_awaiting` ON `task_runs` (`awaits`,`available_at`) WHERE awaits IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER task_runs_counted AFTER INSERT ON task_runs BEGIN
  UPDATE runs SET
    waiting = waiting + (NEW.state = 'waiting'), queued = queued + (NEW.state = 'queued'),
    running = running + (NEW.state = 'running'), succeeded = succeeded + (NEW.state = 'succeeded'),
    failed = failed + (NEW.state = 'failed'), cancelled = cancelled + (NEW.state = 'cancelled'),
    skipped = skipped + (NEW.state = 'skipped')
  WHERE id = NEW.run_id;
  UPDATE task_runs SET
    subtasks = subtasks + 1, open_subtasks = open_subtasks + (NEW.state IN ('waiting', 'queued', 'running')),
    failed_subtasks = failed_subtasks + (NEW.state IN ('failed', 'cancelled'))
  WHERE id = NEW.root_id AND NEW.root_id <> NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER task_runs_recounted AFTER UPDATE OF state ON task_runs WHEN OLD.state <> NEW.state BEGIN
  UPDATE runs SET
    waiting = waiting + (NEW.state = 'waiting') - (OLD.state = 'waiting'), queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
    running = running + (NEW.state = 'running') - (OLD.state = 'running'), succeeded = succeeded + (NEW.state = 'succeeded') - (OLD.state = 'succeeded'),
    failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'), cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
    skipped = skipped + (NEW.state = 'skipped') - (OLD.state = 'skipped')
  WHERE id = NEW.run_id;
  UPDATE task_runs SET
    open_subtasks = open_subtasks + (NEW.state IN ('waiting', 'queued', 'running')) - (OLD.state IN ('waiting', 'queued', 'running')),
    failed_subtasks = failed_subtasks + (NEW.state IN ('failed', 'cancelled')) - (OLD.state IN ('failed', 'cancelled'))
  WHERE id = NEW.root_id AND NEW.root_id <> NEW.id;
END;
