-- Subtasks may fail without their run. Then the run says nothing of what only the pages that failed may still lead to: what is not met any
-- more is gone only if it was last seen in a run that had to do without the same pages, or if none failed. A command is no page.
ALTER TABLE `runs` ADD `tolerated` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
DROP TRIGGER runs_crawled;
--> statement-breakpoint
CREATE TRIGGER runs_crawled AFTER UPDATE OF finished_at ON runs
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL AND NEW.state = 'succeeded'
  AND NEW.too_deep + NEW.too_many + NEW.too_large + NEW.too_late + NEW.too_many_of_template + NEW.too_many_of_host + NEW.trapped = 0
  AND EXISTS (SELECT 1 FROM crawl_runs WHERE run_id = NEW.id) BEGIN
  INSERT OR IGNORE INTO changes (run_id, kind, what, url, before, time)
    SELECT NEW.id, 'gone', s.what, s.url, s.sha256, NEW.finished_at FROM sightings s
    WHERE s.crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND s.seen_run < NEW.id AND (NEW.failed = 0 OR s.seen_run IN (
      SELECT b.seen_run FROM (SELECT DISTINCT seen_run FROM sightings WHERE crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND seen_run < NEW.id) AS b
      WHERE NOT EXISTS (SELECT 1 FROM task_runs f WHERE f.run_id = NEW.id AND f.state = 'failed' AND f.kind <> 'shell'
        AND NOT EXISTS (SELECT 1 FROM task_runs o WHERE o.run_id = b.seen_run AND o.task = f.task AND o.key = f.key AND o.state = 'failed')))) ORDER BY s.what, s.url;
  DELETE FROM sightings WHERE crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND seen_run < NEW.id AND (NEW.failed = 0 OR seen_run IN (
      SELECT b.seen_run FROM (SELECT DISTINCT seen_run FROM sightings WHERE crawl_id = (SELECT crawl_id FROM crawl_runs WHERE run_id = NEW.id) AND seen_run < NEW.id) AS b
      WHERE NOT EXISTS (SELECT 1 FROM task_runs f WHERE f.run_id = NEW.id AND f.state = 'failed' AND f.kind <> 'shell'
        AND NOT EXISTS (SELECT 1 FROM task_runs o WHERE o.run_id = b.seen_run AND o.task = f.task AND o.key = f.key AND o.state = 'failed'))));
  UPDATE crawl_runs SET complete = 1 WHERE run_id = NEW.id
    AND (NEW.failed = 0 OR NOT EXISTS (SELECT 1 FROM task_runs f WHERE f.run_id = NEW.id AND f.state = 'failed' AND f.kind <> 'shell'));
END;
