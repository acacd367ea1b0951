-- +goose Up
ALTER TABLE sessions ADD COLUMN held_at     BIGINT  NOT NULL DEFAULT 0;  -- when its assignee got it
ALTER TABLE sessions ADD COLUMN typed_at    BIGINT  NOT NULL DEFAULT 0;  -- when the assignee was last seen typing, about
ALTER TABLE sessions ADD COLUMN acted_on    TEXT    NOT NULL DEFAULT ''; -- where the assignee last did something on it, as presence.surface; '': nothing yet
ALTER TABLE sessions ADD COLUMN acted_at    BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN handed_at   BIGINT  NOT NULL DEFAULT 0;  -- when it was last handed off; 0: never
ALTER TABLE sessions ADD COLUMN hand_offs   BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE agents   ADD COLUMN away_since  BIGINT  NOT NULL DEFAULT 0;  -- when they became away or offline; 0: they are not
UPDATE agents SET away_since = created_at WHERE availability IN ('away', 'offline');
INSERT INTO timers (kind, id, due_at) SELECT 'session', id, 0 FROM sessions WHERE ended_at = 0 AND assignee <> 0 AND waiting_since <> 0
  ON CONFLICT (kind, id) DO UPDATE SET due_at = 0;
CREATE TABLE nodes (                   -- processes that say who is there
  node  TEXT    PRIMARY KEY,
  since BIGINT  NOT NULL,              -- since when without a break, by the database's clock
  until BIGINT  NOT NULL               -- said anew before
);

-- +goose Down
DROP TABLE nodes;
ALTER TABLE agents DROP COLUMN away_since;
ALTER TABLE sessions DROP COLUMN hand_offs;
ALTER TABLE sessions DROP COLUMN handed_at;
ALTER TABLE sessions DROP COLUMN acted_at;
ALTER TABLE sessions DROP COLUMN acted_on;
ALTER TABLE sessions DROP COLUMN typed_at;
ALTER TABLE sessions DROP COLUMN held_at;
