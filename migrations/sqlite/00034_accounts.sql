-- +goose Up
ALTER TABLE record_types ADD COLUMN use TEXT NOT NULL DEFAULT 'record'; -- record, account
CREATE UNIQUE INDEX record_types_account ON record_types (department) WHERE use = 'account' AND removed_at = 0;

CREATE TABLE accounts (               -- which record is a customer's account
  customer INTEGER NOT NULL REFERENCES customers (id),
  binding  INTEGER NOT NULL,          -- as the record's
  record   INTEGER NOT NULL REFERENCES records (id),
  session  INTEGER NOT NULL,          -- where somebody has said so
  at       INTEGER NOT NULL,
  agent    INTEGER NOT NULL,
  PRIMARY KEY (customer, binding)
);
CREATE INDEX records_remote ON records (type, remote) WHERE remote <> '';

-- +goose Down
DROP INDEX records_remote;
DROP TABLE accounts;
DROP INDEX record_types_account;
ALTER TABLE record_types DROP COLUMN use;
