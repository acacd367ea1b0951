-- +goose Up
CREATE TABLE audit (                   -- what was changed by hand, and who read what is not theirs; rows are added, never changed
  no         BIGINT  PRIMARY KEY,      -- dense, from 1
  at         BIGINT  NOT NULL,
  actor_kind TEXT    NOT NULL,         -- agent, command, system
  actor      BIGINT  NOT NULL,         -- an agent; 0: none
  api_key    BIGINT  NOT NULL,         -- with which they came; 0: a login
  action     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,         -- what kind of thing it was done to
  subject_id TEXT    NOT NULL,
  changes    TEXT    NOT NULL,         -- a JSON object of the members that differ; '' if there are none
  hash       TEXT    NOT NULL          -- over this row and the hash of the one before, with the installation's key
);
CREATE INDEX audit_actor   ON audit (actor, no);
CREATE INDEX audit_action  ON audit (action, no);
CREATE INDEX audit_subject ON audit (subject_id, no);

CREATE TABLE audit_head (              -- where the audit log ends: one row, once there is an entry
  id   BIGINT  PRIMARY KEY,            -- 1
  no   BIGINT  NOT NULL,
  hash TEXT    NOT NULL,
  seal TEXT    NOT NULL                -- over both, with the installation's key
);

-- +goose Down
DROP TABLE audit_head;
DROP TABLE audit;
