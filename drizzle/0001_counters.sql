-- Counters of task runs by state, on the run and (for subtasks) on their root: true whoever writes, and O(1) to read.
INSERT INTO fence (id, held) VALUES (1, 1);
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
--> statement-breakpoint
-- The last 100 values of each key of the state, whoever wrote them.
CREATE TRIGGER state_kept AFTER INSERT ON state BEGIN
  INSERT INTO state_history (scope, key, value, version, updated_at, writer) VALUES (NEW.scope, NEW.key, NEW.value, NEW.version, NEW.updated_at, NEW.writer);
END;
--> statement-breakpoint
CREATE TRIGGER state_kept_again AFTER UPDATE ON state BEGIN
  INSERT INTO state_history (scope, key, value, version, updated_at, writer) VALUES (NEW.scope, NEW.key, NEW.value, NEW.version, NEW.updated_at, NEW.writer);
  DELETE FROM state_history WHERE scope = NEW.scope AND key = NEW.key AND rowid <= (
    SELECT rowid FROM state_history WHERE scope = NEW.scope AND key = NEW.key ORDER BY rowid DESC LIMIT 1 OFFSET 100);
END;
