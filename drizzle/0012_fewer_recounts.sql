-- The root of a fan-out is written once for each subtask that ends, not also when it begins, nor again for what it received: the
-- counters are half of what a change of state costs.
DROP TRIGGER task_runs_recounted;
--> statement-breakpoint
DROP TRIGGER task_runs_received;
--> statement-breakpoint
CREATE TRIGGER task_runs_recounted AFTER UPDATE OF state ON task_runs WHEN OLD.state <> NEW.state BEGIN
  UPDATE runs SET
    waiting = waiting + (NEW.state = 'waiting') - (OLD.state = 'waiting'), queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
    running = running + (NEW.state = 'running') - (OLD.state = 'running'), succeeded = succeeded + (NEW.state = 'succeeded') - (OLD.state = 'succeeded'),
    failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'), cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
    skipped = skipped + (NEW.state = 'skipped') - (OLD.state = 'skipped')
  WHERE id = NEW.run_id;
END;
--> statement-breakpoint
-- Open and failed concern what is below a root; what an attempt received counts for the root itself too, however the attempt ended.
CREATE TRIGGER task_runs_root_recounted AFTER UPDATE OF state ON task_runs
  WHEN (NEW.root_id <> NEW.id AND ((NEW.state IN ('waiting', 'queued', 'running')) <> (OLD.state IN ('waiting', 'queued', 'running'))
    OR (NEW.state IN ('failed', 'cancelled')) <> (OLD.state IN ('failed', 'cancelled'))))
    OR (OLD.state = 'running' AND NEW.state <> 'running' AND NEW.usage->>'bytes' > 0) BEGIN
  UPDATE task_runs SET
    open_subtasks = open_subtasks + CASE WHEN NEW.root_id = NEW.id THEN 0
      ELSE (NEW.state IN ('waiting', 'queued', 'running')) - (OLD.state IN ('waiting', 'queued', 'running')) END,
    failed_subtasks = failed_subtasks + CASE WHEN NEW.root_id = NEW.id THEN 0
      ELSE (NEW.state IN ('failed', 'cancelled')) - (OLD.state IN ('failed', 'cancelled')) END,
    bytes = bytes + CASE WHEN OLD.state = 'running' THEN coalesce(max(NEW.usage->>'bytes', 0), 0) ELSE 0 END
  WHERE id = NEW.root_id;
END;
