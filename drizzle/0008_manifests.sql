CREATE TABLE `manifests` (
	`run_id` text PRIMARY KEY NOT NULL,
	`sha256` text NOT NULL,
	`size` integer NOT NULL,
	`written_at` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "manifests_sha256" CHECK(length(sha256) = 64)
);
--> statement-breakpoint
CREATE INDEX `manifests_by_sha256` ON `manifests` (`sha256`);