-- +goose Up
CREATE TABLE blocked (                 -- the newest block of each of a channel's customers, also when it has ended
  channel    BIGINT NOT NULL REFERENCES channels (id),
  remote     TEXT   NOT NULL,          -- their identity
  session    BIGINT NOT NULL REFERENCES sessions (id),
  agent      BIGINT NOT NULL REFERENCES agents (id),
  name       TEXT   NOT NULL,          -- the agent's, then
  since      BIGINT NOT NULL,
  until      BIGINT NOT NULL,          -- 0: for good
  dropped    BIGINT NOT NULL,          -- what was counted, and not taken
  noticed_at BIGINT NOT NULL,          -- when the customer was told; 0: not yet, or they see it
  PRIMARY KEY (channel, remote)
);

-- +goose Down
DROP TABLE blocked;
