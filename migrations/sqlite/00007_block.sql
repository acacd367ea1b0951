-- +goose Up
CREATE TABLE blocked (                 -- the newest block of each of a channel's customers, also when it has ended
  channel    INTEGER NOT NULL REFERENCES channels (id),
  remote     TEXT    NOT NULL,         -- their identity
  session    INTEGER NOT NULL REFERENCES sessions (id),
  agent      INTEGER NOT NULL REFERENCES agents (id),
  name       TEXT    NOT NULL,         -- the agent's, then
  since      INTEGER NOT NULL,
  until      INTEGER NOT NULL,         -- 0: for good
  dropped    INTEGER NOT NULL,         -- what was counted, and not taken
  noticed_at INTEGER NOT NULL,         -- when the customer was told; 0: not yet, or they see it
  PRIMARY KEY (channel, remote)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE blocked;
