-- +goose Up
CREATE VIEW account_fields AS         -- what is to be in account_values
SELECT r.type AS type, f.key || '=' || substr(f.value, 1, 64) AS value, r.id AS record
FROM records r
JOIN record_types t ON t.id = r.type AND t.use = 'account'
JOIN json_each(r.fields) f
WHERE r.binding = 0;

CREATE TABLE account_values (         -- by what accounts that Parley keeps are found: a row for each field
  type   INTEGER NOT NULL,
  value  TEXT    NOT NULL,            -- the field's name, =, and how its value begins
  record INTEGER NOT NULL REFERENCES records (id),
  PRIMARY KEY (type, value, record)
) WITHOUT ROWID;
INSERT INTO account_values (type, value, record) SELECT type, value, record FROM account_fields;

CREATE INDEX records_owed_since ON records (binding, changed_at) WHERE state = 'owed';
CREATE INDEX records_parked     ON records (binding) WHERE state = 'parked';
CREATE INDEX hook_calls_since   ON hook_calls (hook, since) WHERE state = 'owed';
CREATE INDEX hook_calls_parked  ON hook_calls (hook) WHERE state = 'parked';

-- +goose Down
DROP INDEX hook_calls_parked;
DROP INDEX hook_calls_since;
DROP INDEX records_parked;
DROP INDEX records_owed_since;
DROP TABLE account_values;
DROP VIEW account_fields;
