-- +goose Up
CREATE TABLE files (                   -- what came with messages; the bytes are in a folder, under the key
  id         INTEGER PRIMARY KEY,
  key        TEXT    NOT NULL UNIQUE,  -- who knows it may read the file
  name       TEXT    NOT NULL,
  type       TEXT    NOT NULL,         -- by content
  size       INTEGER NOT NULL,
  state      TEXT    NOT NULL,         -- pending, ready, refused
  remote     TEXT    NOT NULL,         -- what its channel calls it, where it is fetched from one
  agent      INTEGER NOT NULL,         -- who brought it; 0: somebody on the channel
  channel    INTEGER NOT NULL,         -- 0: an agent, by the API
  identity   TEXT    NOT NULL,
  room       TEXT    NOT NULL,         -- the surface where an agent said it
  message    INTEGER NOT NULL,         -- 0: no message has claimed it yet
  created_at INTEGER NOT NULL
);
CREATE INDEX files_unclaimed ON files (created_at) WHERE message = 0;

ALTER TABLE deliveries ADD COLUMN file INTEGER NOT NULL DEFAULT 0; -- of a file's: which
ALTER TABLE parts      ADD COLUMN file INTEGER NOT NULL DEFAULT 0; -- it is that file, not text

-- +goose Down
ALTER TABLE parts DROP COLUMN file;
ALTER TABLE deliveries DROP COLUMN file;
DROP TABLE files;
