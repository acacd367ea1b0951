-- +goose Up
CREATE TABLE record_edits (           -- what agents have changed in records
  record  BIGINT NOT NULL REFERENCES records (id),
  version BIGINT NOT NULL,           -- that it made
  at      BIGINT NOT NULL,
  agent   BIGINT NOT NULL,
  name    TEXT    NOT NULL,           -- what the agent was called then
  changes TEXT    NOT NULL,           -- a JSON object, by the fields' names
  PRIMARY KEY (record, version)
);

-- +goose Down
DROP TABLE record_edits;
