-- +goose Up
CREATE TABLE bindings (               -- accounts on systems where records live
  id         BIGINT PRIMARY KEY,
  name       TEXT    NOT NULL,
  provider   TEXT    NOT NULL,        -- the kind of system
  settings   TEXT    NOT NULL,        -- a JSON object
  sealed     TEXT    NOT NULL,        -- its keys; '': there are none
  created_at BIGINT NOT NULL,
  removed_at BIGINT NOT NULL,        -- 0: it is in use
  reason     TEXT    NOT NULL,        -- why its system took no record last; '': it answers
  since      BIGINT NOT NULL
);
CREATE UNIQUE INDEX bindings_name ON bindings (name) WHERE removed_at = 0;

ALTER TABLE record_types ADD COLUMN remote TEXT NOT NULL DEFAULT ''; -- what the binding's system calls it; '': Parley keeps its records

-- +goose Down
ALTER TABLE record_types DROP COLUMN remote;
DROP TABLE bindings;
