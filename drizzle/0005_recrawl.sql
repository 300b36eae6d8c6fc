CREATE TABLE `changes` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`task_run_id` text,
	`kind` text NOT NULL,
	`what` text NOT NULL,
	`url` text NOT NULL,
	`sha256` text,
	`before` text,
	`time` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "changes_kind" CHECK(kind IN ('new', 'changed', 'gone')),
	CONSTRAINT "changes_what" CHECK(what IN ('page', 'file')),
	CONSTRAINT "changes_gone_has_no_bytes" CHECK((kind = 'gone') = (sha256 IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `changes_once` ON `changes` (`run_id`,`what`,`url`);--> statement-breakpoint
CREATE INDEX `changes_by_run` ON `changes` (`run_id`,`kind`,`id`);--> statement-breakpoint
CREATE TABLE `crawl_runs` (
	`run_id` text PRIMARY KEY NOT NULL,
	`crawl_id` integer NOT NULL,
	`complete` integer DEFAULT false NOT NULL,
	`unchanged_pages` integer DEFAULT 0 NOT NULL,
	`unchanged_files` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`crawl_id`) REFERENCES `crawls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `crawls` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`input` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `crawls_same` ON `crawls` (`name`,`input`);--> statement-breakpoint
CREATE TABLE `sightings` (
	`crawl_id` integer NOT NULL,
	`what` text NOT NULL,
	`url` text NOT NULL,
	`sha256` text NOT NULL,
	`facts` text NOT NULL,
	`seen_run` text NOT NULL,
	`changed_run` text NOT NULL,
	PRIMARY KEY(`crawl_id`, `what`, `url`),
	FOREIGN KEY (`crawl_id`) REFERENCES `crawls`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "sightings_what" CHECK(what IN ('page', 'file'))
);

--> statement-breakpoint
-- A crawl that went through to its end tells what it did not meet any more. A partial one says nothing of what it did not reach.
CREATE TRIGGER runs_crawled AFTER UPDATE OF finished_at ON runs
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL AND NEW.state = 'succeeded'
  AND NEW.too_deep + NEW.too_many + NEW.too_large + NEW.too_late + NEW.too_many_of_template + NEW.too_many_of_host + NEW.trapped = 0
  AND EXISTS (SELECT 1 FROM crawl_runs WHERE run_id = NEW.id) BEGIN
  INSERT OR IGNORE INTO changes (run_id, kind, what, url, before, time)
    SELECT NEW.id, 'gone', s.what, s.url, s.sha256, NEW.finished_at FROM sightings s
    WHERE s.crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND s.seen_run < NEW.id ORDER BY s.what, s.url;
  DELETE FROM sightings WHERE crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND seen_run < NEW.id;
  UPDATE crawl_runs SET complete = 1 WHERE run_id = NEW.id;
END;
