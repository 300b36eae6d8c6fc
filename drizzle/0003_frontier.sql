CREATE TABLE `fan_out` (
	`root_id` text NOT NULL,
	`name` text NOT NULL,
	`subtasks` integer NOT NULL,
	PRIMARY KEY(`root_id`, `name`),
	FOREIGN KEY (`root_id`) REFERENCES `task_runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `not_started` (
	`run_id` text NOT NULL,
	`task` text NOT NULL,
	`key` text NOT NULL,
	`parent_id` text NOT NULL,
	`reason` text NOT NULL,
	`time` integer NOT NULL,
	PRIMARY KEY(`run_id`, `task`, `key`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "not_started_reason" CHECK(reason IN ('depth', 'subtasks', 'bytes', 'time', 'perTemplate', 'perHost', 'trap_suspected'))
);
--> statement-breakpoint
CREATE INDEX `not_started_by_reason` ON `not_started` (`run_id`,`reason`);--> statement-breakpoint
ALTER TABLE `runs` ADD `too_large` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `too_late` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `too_many_of_template` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `too_many_of_host` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `trapped` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `paused_at` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `marks` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `landing` text;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `landed` text;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `priority` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `paused_at` integer;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `cancel_requested_at` integer;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `stop_at` integer;--> statement-breakpoint
ALTER TABLE `task_runs` ADD `bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `task_runs_landed` ON `task_runs` (`run_id`,`task`,`landed`) WHERE landed IS NOT NULL;--> statement-breakpoint
CREATE INDEX `task_runs_stopping` ON `task_runs` (`stop_at`) WHERE stop_at IS NOT NULL;
--> statement-breakpoint
-- What an attempt received counts for the root it descends from, however the attempt ended.
CREATE TRIGGER task_runs_received AFTER UPDATE OF state ON task_runs WHEN OLD.state = 'running' AND NEW.usage->>'bytes' > 0 BEGIN
  UPDATE task_runs SET bytes = bytes + (NEW.usage->>'bytes') WHERE id = NEW.root_id;
END;
