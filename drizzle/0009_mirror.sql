CREATE TABLE `captures` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`kind` text NOT NULL,
	`url` text NOT NULL,
	`status` integer NOT NULL,
	`headers` text NOT NULL,
	`sha256` text,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`title` text NOT NULL,
	`target` text,
	`time` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "captures_kind" CHECK(kind IN ('page', 'file', 'asset', 'redirect', 'rendered'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `captures_once` ON `captures` (`run_id`,`url`,`kind`);--> statement-breakpoint
CREATE INDEX `captures_by_run` ON `captures` (`run_id`,`id`);