-- +goose Up
CREATE TABLE record_types (           -- what a department creates from its sessions
  id         INTEGER PRIMARY KEY,
  department INTEGER NOT NULL REFERENCES departments (id),
  name       TEXT    NOT NULL,
  binding    INTEGER NOT NULL,        -- whose provider keeps its records; 0: Parley itself
  fields     TEXT    NOT NULL,        -- a JSON list, in the order of the form
  version    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  removed_at INTEGER NOT NULL         -- 0: it is offered
);
CREATE UNIQUE INDEX record_types_name ON record_types (department, name) WHERE removed_at = 0;

CREATE TABLE records (
  id         INTEGER PRIMARY KEY,
  type       INTEGER NOT NULL REFERENCES record_types (id),
  binding    INTEGER NOT NULL,        -- as its type's was then
  department INTEGER NOT NULL,
  session    INTEGER NOT NULL,
  form       TEXT    NOT NULL UNIQUE, -- what session, type and values come to
  title      TEXT    NOT NULL,
  fields     TEXT    NOT NULL,        -- a JSON object
  version    INTEGER NOT NULL,
  state      TEXT    NOT NULL,        -- owed, kept, parked
  reason     TEXT    NOT NULL,
  remote     TEXT    NOT NULL,        -- what the provider calls it; '': it does not have it yet
  address    TEXT    NOT NULL,
  attempts   INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER NOT NULL,        -- an agent
  changed_at INTEGER NOT NULL
);
CREATE INDEX records_owed    ON records (binding, id) WHERE state = 'owed';
CREATE INDEX records_session ON records (session, id);
CREATE INDEX records_type    ON records (type, id);

-- +goose Down
DROP TABLE records;
DROP TABLE record_types;
