-- +goose Up
ALTER TABLE agents ADD COLUMN availability TEXT NOT NULL DEFAULT 'available'; -- their own word: available, busy, away, offline

ALTER TABLE surfaces ADD COLUMN receipts BOOLEAN NOT NULL DEFAULT FALSE; -- what has reached the customer is marked there; the same in all rows of a room
ALTER TABLE parts    ADD COLUMN said     BOOLEAN NOT NULL DEFAULT FALSE; -- of a surface: an agent has said it there, it is no copy

CREATE TABLE tellings (                -- what a surface was told of a message that did not arrive
  channel BIGINT  NOT NULL REFERENCES channels (id),
  remote  TEXT    NOT NULL,
  room    TEXT    NOT NULL,
  message BIGINT  NOT NULL,
  PRIMARY KEY (channel, remote)
);
CREATE INDEX tellings_message ON tellings (message);

CREATE TABLE moves (                   -- rooms that were surfaces, and where their sessions are shown now
  channel  BIGINT  NOT NULL REFERENCES channels (id),
  room     TEXT    NOT NULL,
  moved_to TEXT    NOT NULL,
  replies  TEXT    NOT NULL,           -- what became of what agents wrote there: in its threads it still does
  PRIMARY KEY (channel, room)
);

-- +goose Down
DROP TABLE moves;
DROP TABLE tellings;
ALTER TABLE parts DROP COLUMN said;
ALTER TABLE surfaces DROP COLUMN receipts;
ALTER TABLE agents DROP COLUMN availability;
