-- +goose Up
CREATE TABLE agent_load (              -- what each agent carries, kept with the deeds
  agent            INTEGER PRIMARY KEY REFERENCES agents (id),
  own_limit        INTEGER NOT NULL,   -- sessions at once that they want at most; 0: they have not said
  open_sessions    INTEGER NOT NULL,   -- that they hold
  last_ended_at    INTEGER NOT NULL,   -- when one that they held last ended; 0: none has
  last_assigned_at INTEGER NOT NULL
);
INSERT INTO agent_load (agent, own_limit, open_sessions, last_ended_at, last_assigned_at)
  SELECT a.id, 0, (SELECT count(*) FROM sessions s WHERE s.assignee = a.id AND s.ended_at = 0),
    COALESCE((SELECT max(s.ended_at) FROM sessions s WHERE s.assignee = a.id), 0), 0 FROM agents a;

ALTER TABLE departments ADD COLUMN distributes BOOLEAN NOT NULL DEFAULT FALSE; -- whether its settings assign what waits
ALTER TABLE departments ADD COLUMN occupied     BOOLEAN NOT NULL DEFAULT FALSE; -- whether nobody had room when all were last looked at
ALTER TABLE sessions ADD COLUMN put_back_by    INTEGER NOT NULL DEFAULT 0;      -- who held it before it came back into the queue; 0: nobody

-- +goose Down
ALTER TABLE sessions DROP COLUMN put_back_by;
ALTER TABLE departments DROP COLUMN occupied;
ALTER TABLE departments DROP COLUMN distributes;
DROP TABLE agent_load;
