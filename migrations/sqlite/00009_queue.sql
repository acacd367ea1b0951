-- +goose Up
-- Where a session stands in the queue, in microseconds: core.Session.Place.
ALTER TABLE sessions ADD COLUMN place INTEGER GENERATED ALWAYS AS (waiting_since - 600000000 *
  CASE priority WHEN 'urgent' THEN 2 WHEN 'high' THEN 1 WHEN 'low' THEN -1 ELSE 0 END) VIRTUAL;
DROP INDEX sessions_queue;
CREATE INDEX sessions_queue ON sessions (department, place, id) WHERE ended_at = 0 AND state = 'waiting';

-- +goose Down
DROP INDEX sessions_queue;
ALTER TABLE sessions DROP COLUMN place;
CREATE INDEX sessions_queue ON sessions (department, waiting_since, id) WHERE ended_at = 0 AND state = 'waiting';
