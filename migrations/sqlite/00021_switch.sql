-- +goose Up
-- Whether new sessions are taken, and what has set it so: 'hand', 'rule' or 'threshold'; '' as in the beginning.
ALTER TABLE installation ADD COLUMN switched_on BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE installation ADD COLUMN switched_by TEXT NOT NULL DEFAULT '';
ALTER TABLE installation ADD COLUMN switched_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN switched_on BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE departments ADD COLUMN switched_by TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN switched_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN ruled_at INTEGER NOT NULL DEFAULT 0; -- up to when its rules have been followed; 0: they are not in use

ALTER TABLE sessions ADD COLUMN aside TEXT NOT NULL DEFAULT ''; -- of a messenger, begun while nobody was to be expected: 'after_hours' or 'offline'

CREATE INDEX log_switched ON log (department, id) WHERE kind = 'department.switched';
CREATE INDEX sessions_crowd ON sessions (department, id) WHERE ended_at = 0 AND aside = '' AND state IN ('waiting', 'pending');

-- +goose Down
DROP INDEX sessions_crowd;
DROP INDEX log_switched;
ALTER TABLE sessions DROP COLUMN aside;
ALTER TABLE departments DROP COLUMN ruled_at;
ALTER TABLE departments DROP COLUMN switched_at;
ALTER TABLE departments DROP COLUMN switched_by;
ALTER TABLE departments DROP COLUMN switched_on;
ALTER TABLE installation DROP COLUMN switched_at;
ALTER TABLE installation DROP COLUMN switched_by;
ALTER TABLE installation DROP COLUMN switched_on;
DELETE FROM timers WHERE kind = 'department';
