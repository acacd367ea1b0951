-- +goose Up
CREATE TABLE hooks (                   -- whom we call when something happens
  id           BIGINT PRIMARY KEY,
  name         TEXT   NOT NULL UNIQUE,
  url          TEXT   NOT NULL,
  events       TEXT   NOT NULL,        -- their names, with spaces between
  departments  TEXT   NOT NULL,        -- ids in base 36, with spaces between; '': all
  enabled_at   BIGINT NOT NULL,        -- what happened before is not told; 0: nothing is
  reason       TEXT   NOT NULL,        -- why it was switched off, if nobody did that; ''
  sealed       TEXT   NOT NULL,        -- its secret
  former       TEXT   NOT NULL,        -- the one before, sealed, which signs too …
  former_until BIGINT NOT NULL,        -- … until then; 0: there is none
  created_at   BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,        -- it is not called before: it could not take the last call
  failures     BIGINT NOT NULL         -- calls in a row that it could not take
);

CREATE TABLE hook_calls (              -- what each hook is told, and what came of it
  no          BIGINT  PRIMARY KEY,     -- in the order of the log
  hook        BIGINT  NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
  id          TEXT    NOT NULL UNIQUE, -- its webhook-id
  event       TEXT    NOT NULL,        -- what is told
  about       BIGINT  NOT NULL,        -- the row of the log
  session     BIGINT  NOT NULL,
  body        TEXT    NOT NULL,
  state       TEXT    NOT NULL,        -- owed, delivered, parked
  owed_at     BIGINT  NOT NULL,
  since       BIGINT  NOT NULL,        -- since when it is tried: when it was owed, or replayed last
  due_at      BIGINT  NOT NULL,        -- it is not tried before
  attempts    BIGINT  NOT NULL,        -- since then
  tried_at    BIGINT  NOT NULL,        -- 0: never; what follows is of the last attempt
  took        BIGINT  NOT NULL,        -- microseconds
  status      INTEGER NOT NULL,        -- 0: no answer came
  answer      TEXT    NOT NULL,        -- its beginning
  reason      TEXT    NOT NULL         -- why it has not arrived; ''
);
CREATE INDEX hook_calls_hook ON hook_calls (hook, no);
CREATE INDEX hook_calls_owed ON hook_calls (hook, due_at) WHERE state = 'owed';
CREATE INDEX hook_calls_old  ON hook_calls (since) WHERE state <> 'owed';

CREATE TABLE hook_cursor (             -- how far the log has been followed: one row, once there was a hook
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  seen BIGINT  NOT NULL,               -- the newest row of the log that is owed to whom it concerns
  no   BIGINT  NOT NULL                -- the newest call
);

-- +goose Down
DROP TABLE hook_cursor;
DROP TABLE hook_calls;
DROP TABLE hooks;
