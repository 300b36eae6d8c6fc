CREATE TABLE `saved_sessions` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`domains` text NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "saved_session_size" CHECK(length(sealed) <= 16777216)
);
