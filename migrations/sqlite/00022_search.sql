-- +goose Up
CREATE TABLE search (                  -- one row: how far the index of what was said has come
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  form      INTEGER NOT NULL,          -- how words are made of texts; another: it is made anew
  seen      INTEGER NOT NULL,          -- the newest row of the log that is in it
  stretches INTEGER NOT NULL           -- the newest stretch's number
);
INSERT INTO search (id, form, seen, stretches) VALUES (1, 0, 0, 0);

CREATE TABLE search_stretches (        -- some rows of a session that follow each other: what a word is kept to be in
  number  INTEGER PRIMARY KEY,         -- dense, in the order of the log
  session INTEGER NOT NULL,
  part    INTEGER NOT NULL,            -- of the session, from 0
  name    TEXT    NOT NULL,            -- of part 0: the customer's, as it is in the index
  marks   TEXT    NOT NULL,            -- what filters ask for, as it is in the index; one a line
  UNIQUE (session, part)
);

CREATE TABLE search_words (            -- in which stretches of a block a word is, or a mark
  block     INTEGER NOT NULL,
  word      TEXT    NOT NULL,          -- after a letter that says of what kind it is
  stretches BLOB    NOT NULL,
  PRIMARY KEY (block, word)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE search_words;
DROP TABLE search_stretches;
DROP TABLE search;
