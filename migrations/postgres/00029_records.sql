-- +goose Up
CREATE TABLE record_types (           -- what a department creates from its sessions
  id         BIGINT PRIMARY KEY,
  department BIGINT NOT NULL REFERENCES departments (id),
  name       TEXT    NOT NULL,
  binding    BIGINT NOT NULL,        -- whose provider keeps its records; 0: Parley itself
  fields     TEXT    NOT NULL,        -- a JSON list, in the order of the form
  version    BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  removed_at BIGINT NOT NULL         -- 0: it is offered
);
CREATE UNIQUE INDEX record_types_name ON record_types (department, name) WHERE removed_at = 0;

CREATE TABLE records (
  id         BIGINT PRIMARY KEY,
  type       BIGINT NOT NULL REFERENCES record_types (id),
  binding    BIGINT NOT NULL,        -- as its type's was then
  department BIGINT NOT NULL,
  session    BIGINT NOT NULL,
  form       TEXT    NOT NULL UNIQUE, -- what session, type and values come to
  title      TEXT    NOT NULL,
  fields     TEXT    NOT NULL,        -- a JSON object
  version    BIGINT NOT NULL,
  state      TEXT    NOT NULL,        -- owed, kept, parked
  reason     TEXT    NOT NULL,
  remote     TEXT    NOT NULL,        -- what the provider calls it; '': it does not have it yet
  address    TEXT    NOT NULL,
  attempts   BIGINT NOT NULL,
  due_at     BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BIGINT NOT NULL,        -- an agent
  changed_at BIGINT NOT NULL
);
CREATE INDEX records_owed    ON records (binding, id) WHERE state = 'owed';
CREATE INDEX records_session ON records (session, id);
CREATE INDEX records_type    ON records (type, id);

-- +goose Down
DROP TABLE records;
DROP TABLE record_types;
