CREATE TABLE `attempts` (
	`task_run_id` text NOT NULL,
	`number` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`node` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`error` text,
	`usage` text,
	PRIMARY KEY(`task_run_id`, `number`),
	FOREIGN KEY (`task_run_id`) REFERENCES `task_runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "attempts_state" CHECK(state IN ('running', 'interrupted', 'succeeded', 'failed', 'cancelled', 'skipped')),
	CONSTRAINT "attempts_finished" CHECK((finished_at IS NULL) = (state = 'running'))
);
--> statement-breakpoint
CREATE INDEX `attempts_running` ON `attempts` (`task_run_id`) WHERE state = 'running';--> statement-breakpoint
CREATE TABLE `cursors` (
	`name` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`time` integer NOT NULL,
	`kind` text NOT NULL,
	`run_id` text,
	`task_run_id` text,
	`name` text,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_by_run` ON `events` (`run_id`,`id`);--> statement-breakpoint
CREATE INDEX `events_by_kind` ON `events` (`kind`,`id`);--> statement-breakpoint
CREATE TABLE `fence` (
	`id` integer PRIMARY KEY NOT NULL,
	`held` integer NOT NULL,
	CONSTRAINT "fence_one_row" CHECK(id = 1),
	CONSTRAINT "fence_held" CHECK(held = 1)
);
--> statement-breakpoint
CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`task_run_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`role` text NOT NULL,
	`name` text NOT NULL,
	`sha256` text NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`url` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "files_role" CHECK(role IN ('output', 'download', 'screenshot', 'trace', 'console')),
	CONSTRAINT "files_sha256" CHECK(length(sha256) = 64),
	CONSTRAINT "files_size" CHECK(size >= 0)
);
--> statement-breakpoint
CREATE INDEX `files_by_run` ON `files` (`run_id`,`id`);--> statement-breakpoint
CREATE INDEX `files_by_task_run` ON `files` (`task_run_id`,`id`);--> statement-breakpoint
CREATE INDEX `files_by_sha256` ON `files` (`sha256`);--> statement-breakpoint
CREATE TABLE `logs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`task_run_id` text,
	`attempt` integer,
	`time` integer NOT NULL,
	`stream` text NOT NULL,
	`level` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `logs_by_run` ON `logs` (`run_id`,`seq`);--> statement-breakpoint
CREATE INDEX `logs_by_task_run` ON `logs` (`task_run_id`,`seq`);--> statement-breakpoint
CREATE TABLE `records` (
	`id` text PRIMARY KEY NOT NULL,
	`collection` text NOT NULL,
	`key` text,
	`data` text NOT NULL,
	`run_id` text NOT NULL,
	`task_run_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "records_data_is_object" CHECK(json_type(data) = 'object')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `records_key` ON `records` (`collection`,`key`) WHERE key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `records_by_collection` ON `records` (`collection`,`id`);--> statement-breakpoint
CREATE INDEX `records_by_run` ON `records` (`run_id`,`id`);--> statement-breakpoint
CREATE TABLE `runs` (
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
	CONSTRAINT "runs_trigger_kind" CHECK(trigger_kind IN ('cron', 'every', 'when', 'after', 'api', 'manual', 'webhook')),
	CONSTRAINT "runs_finished" CHECK((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled', 'skipped'))),
	CONSTRAINT "runs_finished_means_none_open" CHECK(finished_at IS NULL OR waiting + queued + running = 0),
	CONSTRAINT "runs_counts" CHECK(min(waiting, queued, running, succeeded, failed, cancelled, skipped) >= 0),
	CONSTRAINT "runs_nominal_needs_trigger" CHECK(nominal_at IS NULL OR trigger_id IS NOT NULL)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_nominal` ON `runs` (`trigger_id`,`nominal_at`) WHERE nominal_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `runs_idempotency_key` ON `runs` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `runs_by_name` ON `runs` (`name`,`id`);--> statement-breakpoint
CREATE INDEX `runs_by_state` ON `runs` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `runs_locks` ON `runs` (`lock`,`state`,`id`) WHERE lock IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_expiring` ON `runs` (`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_by_trigger` ON `runs` (`trigger_kind`,`id`);--> statement-breakpoint
CREATE TABLE `schedule` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`trigger` text NOT NULL,
	`active` integer NOT NULL,
	`paused` integer NOT NULL,
	`next_at` integer,
	`nominal_at` integer,
	`last_at` integer,
	`last_run_id` text,
	`lateness` integer,
	`look` text,
	`created_at` integer NOT NULL,
	CONSTRAINT "schedule_kind" CHECK(kind IN ('cron', 'every', 'when', 'after', 'webhook'))
);
--> statement-breakpoint
CREATE INDEX `schedule_due` ON `schedule` (`next_at`) WHERE active = 1 AND paused = 0 AND next_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `specs` (
	`id` text PRIMARY KEY NOT NULL,
	`spec` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `state` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`writer` text NOT NULL,
	PRIMARY KEY(`scope`, `key`),
	CONSTRAINT "state_version" CHECK(version > 0),
	CONSTRAINT "state_size" CHECK(length(value) <= 1048576)
);
--> statement-breakpoint
CREATE TABLE `state_history` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`writer` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `state_history_by_key` ON `state_history` (`scope`,`key`,`updated_at`);--> statement-breakpoint
CREATE TABLE `task_run_edges` (
	`task_run_id` text NOT NULL,
	`needs_id` text NOT NULL,
	`on_failure` integer NOT NULL,
	PRIMARY KEY(`task_run_id`, `needs_id`),
	FOREIGN KEY (`task_run_id`) REFERENCES `task_runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`needs_id`) REFERENCES `task_runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "task_run_edges_not_itself" CHECK(task_run_id <> needs_id)
);
--> statement-breakpoint
CREATE INDEX `task_run_edges_by_needs` ON `task_run_edges` (`needs_id`);--> statement-breakpoint
CREATE TABLE `task_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`task` text NOT NULL,
	`key` text NOT NULL,
	`parent_id` text,
	`root_id` text NOT NULL,
	`depth` integer NOT NULL,
	`kind` text NOT NULL,
	`spec_id` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`attempt` integer NOT NULL,
	`failures` integer NOT NULL,
	`interruptions` integer NOT NULL,
	`node` text,
	`boot` text,
	`available_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`input` text NOT NULL,
	`output` text,
	`error` text,
	`usage` text,
	`rule` text,
	`hook` text,
	`lock` text,
	`lock_limit` integer,
	`subtasks` integer DEFAULT 0 NOT NULL,
	`open_subtasks` integer DEFAULT 0 NOT NULL,
	`failed_subtasks` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`spec_id`) REFERENCES `specs`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "task_runs_hook" CHECK(hook IN ('success', 'failure', 'finish')),
	CONSTRAINT "task_runs_state" CHECK(state IN ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
	CONSTRAINT "task_runs_kind" CHECK(kind IN ('shell', 'browser', 'code')),
	CONSTRAINT "task_runs_finished" CHECK((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled', 'skipped'))),
	CONSTRAINT "task_runs_running_has_owner" CHECK(state <> 'running' OR (boot IS NOT NULL AND node IS NOT NULL AND attempt > 0)),
	CONSTRAINT "task_runs_subtask_has_key" CHECK(parent_id IS NULL OR key <> ''),
	CONSTRAINT "task_runs_root" CHECK((parent_id IS NULL) = (root_id = id)),
	CONSTRAINT "task_runs_open_subtasks" CHECK(open_subtasks >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `task_runs_key` ON `task_runs` (`run_id`,`task`,`key`);--> statement-breakpoint
CREATE INDEX `task_runs_by_run` ON `task_runs` (`run_id`,`id`);--> statement-breakpoint
CREATE INDEX `task_runs_by_parent` ON `task_runs` (`parent_id`,`id`);--> statement-breakpoint
CREATE INDEX `task_runs_by_state` ON `task_runs` (`run_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `task_runs_open` ON `task_runs` (`state`,`id`) WHERE state IN ('queued', 'running');--> statement-breakpoint
CREATE INDEX `task_runs_roots` ON `task_runs` (`run_id`,`id`) WHERE parent_id IS NULL;--> statement-breakpoint
CREATE INDEX `task_runs_locks` ON `task_runs` (`lock`,`state`,`id`) WHERE lock IS NOT NULL;