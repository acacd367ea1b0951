-- +goose Up
CREATE TABLE settings (                -- what admins have set, as documents of what differs
  department INTEGER NOT NULL PRIMARY KEY, -- 0: for all
  own        TEXT    NOT NULL,         -- a JSON object
  version    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by INTEGER NOT NULL          -- the agent; 0: nobody
);

CREATE TABLE timers (                  -- what is to be looked at, and by when; one for each subject
  kind   TEXT    NOT NULL,
  id     INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);

ALTER TABLE sessions ADD COLUMN warned_at INTEGER NOT NULL DEFAULT 0; -- when the silent customer was told that it will end

-- What is open is looked at by the rules that came with the timers.
INSERT INTO timers (kind, id, due_at) SELECT 'session', id, 0 FROM sessions WHERE ended_at = 0;

-- +goose Down
ALTER TABLE sessions DROP COLUMN warned_at;
DROP TABLE timers;
DROP TABLE settings;
