-- +goose Up
ALTER TABLE log ADD COLUMN about      INTEGER NOT NULL DEFAULT 0;  -- the message it is about: that it answers, edits, delivers …
ALTER TABLE log ADD COLUMN data       TEXT    NOT NULL DEFAULT '' CHECK (data = '' OR json_valid(data));
ALTER TABLE log ADD COLUMN state      TEXT    NOT NULL DEFAULT ''; -- of a message on its way; of a delivery: the one that it now has
ALTER TABLE log ADD COLUMN reason     TEXT    NOT NULL DEFAULT '';
ALTER TABLE log ADD COLUMN edited_at  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN unreachable TEXT NOT NULL DEFAULT ''; -- why nothing arrives at the customer; '': it does

ALTER TABLE channels ADD COLUMN sealed TEXT NOT NULL DEFAULT '';      -- its secrets, sealed

CREATE TABLE parts (                   -- what a message is on its channel
  channel INTEGER NOT NULL REFERENCES channels (id),
  remote  TEXT    NOT NULL,
  message INTEGER NOT NULL,
  no      INTEGER NOT NULL,            -- a long text goes out in several
  PRIMARY KEY (channel, remote)
) WITHOUT ROWID;
CREATE INDEX parts_message ON parts (message, no);

CREATE TABLE deliveries (
  channel INTEGER NOT NULL REFERENCES channels (id),
  lane    TEXT    NOT NULL,
  no      INTEGER NOT NULL,
  rank    INTEGER NOT NULL,
  verb    TEXT    NOT NULL,
  session INTEGER NOT NULL REFERENCES sessions (id),
  message INTEGER NOT NULL,
  merge   TEXT    NOT NULL,
  owed_at INTEGER NOT NULL,
  PRIMARY KEY (channel, lane, no)
) WITHOUT ROWID;

CREATE TABLE lanes (                   -- those that have deliveries
  channel  INTEGER NOT NULL REFERENCES channels (id),
  lane     TEXT    NOT NULL,
  bucket   TEXT    NOT NULL,
  last_no  INTEGER NOT NULL,
  owed     INTEGER NOT NULL,
  rank     INTEGER NOT NULL,
  due_at   INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  step     INTEGER NOT NULL,
  since    INTEGER NOT NULL,
  sending  BOOLEAN NOT NULL,
  epoch    INTEGER NOT NULL,
  PRIMARY KEY (channel, lane)
) WITHOUT ROWID;
CREATE INDEX lanes_due ON lanes (channel, rank, due_at) WHERE NOT sending;
CREATE INDEX lanes_sending ON lanes (channel) WHERE sending;

CREATE TABLE leases (
  name   TEXT    PRIMARY KEY,
  holder TEXT    NOT NULL,
  epoch  INTEGER NOT NULL,             -- rises with every holder
  until  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE parked (                  -- what came in and cannot be applied, or not yet
  id         INTEGER PRIMARY KEY,
  channel    INTEGER NOT NULL REFERENCES channels (id),
  dedupe     TEXT    NOT NULL,
  target     TEXT    NOT NULL,         -- what it waits for; '': for nothing
  document   TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  UNIQUE (channel, dedupe)
);
CREATE INDEX parked_target ON parked (channel, target) WHERE target <> '';
CREATE INDEX parked_at ON parked (at);

CREATE TABLE health (                  -- how a channel fares, as the node tells that runs it
  channel     INTEGER PRIMARY KEY REFERENCES channels (id),
  state       TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  since       INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  sent_at     INTEGER NOT NULL,
  told_at     INTEGER NOT NULL
);

-- +goose Down
DROP TABLE health;
DROP TABLE parked;
DROP TABLE leases;
DROP TABLE lanes;
DROP TABLE deliveries;
DROP TABLE parts;
ALTER TABLE channels DROP COLUMN sealed;
ALTER TABLE sessions DROP COLUMN unreachable;
ALTER TABLE log DROP COLUMN deleted_at;
ALTER TABLE log DROP COLUMN edited_at;
ALTER TABLE log DROP COLUMN reason;
ALTER TABLE log DROP COLUMN state;
ALTER TABLE log DROP COLUMN data;
ALTER TABLE log DROP COLUMN about;
