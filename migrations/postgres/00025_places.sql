-- +goose Up
-- How fast a department's queue is served.
ALTER TABLE departments ADD COLUMN served_each BIGINT NOT NULL DEFAULT 0; -- microseconds of one operator for each who waits, in the mean; 0: nothing is known
ALTER TABLE departments ADD COLUMN served_at BIGINT NOT NULL DEFAULT 0;   -- when the last was served, or when the first came into the empty queue since
ALTER TABLE departments ADD COLUMN served_by BIGINT NOT NULL DEFAULT 0;   -- operators who receive sessions, as they were counted last

-- Who waits as customers see it, in the order of the queue.
CREATE INDEX sessions_line ON sessions (department, place, id) WHERE ended_at = 0 AND state IN ('waiting', 'pending');

-- +goose Down
DROP INDEX sessions_line;
ALTER TABLE departments DROP COLUMN served_by;
ALTER TABLE departments DROP COLUMN served_at;
ALTER TABLE departments DROP COLUMN served_each;
