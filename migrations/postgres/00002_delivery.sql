-- +goose Up
ALTER TABLE log ADD COLUMN about      BIGINT NOT NULL DEFAULT 0;  -- the message it is about: that it answers, edits, delivers …
ALTER TABLE log ADD COLUMN data       TEXT    NOT NULL DEFAULT '';
ALTER TABLE log ADD COLUMN state      TEXT    NOT NULL DEFAULT ''; -- of a message on its way; of a delivery: the one that it now has
ALTER TABLE log ADD COLUMN reason     TEXT    NOT NULL DEFAULT '';
ALTER TABLE log ADD COLUMN edited_at  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN unreachable TEXT NOT NULL DEFAULT ''; -- why nothing arrives at the customer; '': it does

ALTER TABLE channels ADD COLUMN sealed TEXT NOT NULL DEFAULT '';      -- its secrets, sealed

CREATE TABLE parts (                   -- what a message is on its channel
  channel BIGINT NOT NULL REFERENCES channels (id),
  remote  TEXT    NOT NULL,
  message BIGINT NOT NULL,
  no      BIGINT NOT NULL,            -- a long text goes out in several
  PRIMARY KEY (channel, remote)
);
CREATE INDEX parts_message ON parts (message, no);

CREATE TABLE deliveries (
  channel BIGINT NOT NULL REFERENCES channels (id),
  lane    TEXT    NOT NULL,
  no      BIGINT NOT NULL,
  rank    BIGINT NOT NULL,
  verb    TEXT    NOT NULL,
  session BIGINT NOT NULL REFERENCES sessions (id),
  message BIGINT NOT NULL,
  merge   TEXT    NOT NULL,
  owed_at BIGINT NOT NULL,
  PRIMARY KEY (channel, lane, no)
);

CREATE TABLE lanes (                   -- those that have deliveries
  channel  BIGINT NOT NULL REFERENCES channels (id),
  lane     TEXT    NOT NULL,
  bucket   TEXT    NOT NULL,
  last_no  BIGINT NOT NULL,
  owed     BIGINT NOT NULL,
  rank     BIGINT NOT NULL,
  due_at   BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  step     BIGINT NOT NULL,
  since    BIGINT NOT NULL,
  sending  BOOLEAN NOT NULL,
  epoch    BIGINT NOT NULL,
  PRIMARY KEY (channel, lane)
);
CREATE INDEX lanes_due ON lanes (channel, rank, due_at) WHERE NOT sending;
CREATE INDEX lanes_sending ON lanes (channel) WHERE sending;

CREATE TABLE leases (
  name   TEXT    PRIMARY KEY,
  holder TEXT    NOT NULL,
  epoch  BIGINT NOT NULL,             -- rises with every holder
  until  BIGINT NOT NULL
);

CREATE TABLE parked (                  -- what came in and cannot be applied, or not yet
  id         BIGINT PRIMARY KEY,
  channel    BIGINT NOT NULL REFERENCES channels (id),
  dedupe     TEXT    NOT NULL,
  target     TEXT    NOT NULL,         -- what it waits for; '': for nothing
  document   TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  at         BIGINT NOT NULL,
  UNIQUE (channel, dedupe)
);
CREATE INDEX parked_target ON parked (channel, target) WHERE target <> '';
CREATE INDEX parked_at ON parked (at);

CREATE TABLE health (                  -- how a channel fares, as the node tells that runs it
  channel     BIGINT PRIMARY KEY REFERENCES channels (id),
  state       TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  since       BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  sent_at     BIGINT NOT NULL,
  told_at     BIGINT NOT NULL
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
