-- +goose Up
CREATE TABLE record_rules (            -- what is created by itself from a department's sessions
  id         BIGINT  PRIMARY KEY,
  department BIGINT  NOT NULL REFERENCES departments (id),
  name       TEXT    NOT NULL,
  event      TEXT    NOT NULL,         -- what it waits for
  condition  TEXT    NOT NULL,         -- an expression; '': always
  type       BIGINT  NOT NULL REFERENCES record_types (id),
  fields     TEXT    NOT NULL,         -- a JSON object: what it writes, by the fields' names
  enabled_at BIGINT  NOT NULL,         -- what happened before sets off nothing; 0: it is off
  version    BIGINT  NOT NULL,
  created_at BIGINT  NOT NULL,
  failures   BIGINT  NOT NULL,         -- events of which it could not create what it should, since it was changed
  failed_at  BIGINT  NOT NULL,         -- the last one
  reason     TEXT    NOT NULL          -- why
);
CREATE UNIQUE INDEX record_rules_name ON record_rules (department, name);

CREATE TABLE rule_cursor (             -- how far the log has been followed for rules: one row, once there was one
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  seen BIGINT  NOT NULL                -- the newest row of the log that rules have looked at
);

ALTER TABLE records ADD COLUMN rule TEXT NOT NULL DEFAULT ''; -- what the rule was called that created it; '': an agent did

-- +goose Down
ALTER TABLE records DROP COLUMN rule;
DROP TABLE rule_cursor;
DROP TABLE record_rules;
