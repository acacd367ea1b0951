-- +goose Up
CREATE TABLE record_edits (           -- what agents have changed in records
  record  INTEGER NOT NULL REFERENCES records (id),
  version INTEGER NOT NULL,           -- that it made
  at      INTEGER NOT NULL,
  agent   INTEGER NOT NULL,
  name    TEXT    NOT NULL,           -- what the agent was called then
  changes TEXT    NOT NULL,           -- a JSON object, by the fields' names
  PRIMARY KEY (record, version)
);

-- +goose Down
DROP TABLE record_edits;
