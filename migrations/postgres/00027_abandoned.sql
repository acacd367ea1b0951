-- +goose Up
CREATE TABLE customer_presence (      -- customers whose session nobody has joined yet, as the nodes see them that they are connected to
  session BIGINT  PRIMARY KEY REFERENCES sessions (id),
  seen_at BIGINT  NOT NULL            -- when they were seen last, by the database's clock; said anew while they stay
);
INSERT INTO timers (kind, id, due_at) SELECT 'session', id, 0 FROM sessions WHERE ended_at = 0 AND state IN ('waiting', 'pending')
  ON CONFLICT (kind, id) DO UPDATE SET due_at = 0;

-- +goose Down
DROP TABLE customer_presence;
