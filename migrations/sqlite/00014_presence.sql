-- +goose Up
CREATE TABLE presence (                -- agents who are there, as the nodes say that see them
  agent   INTEGER NOT NULL REFERENCES agents (id),
  node    TEXT    NOT NULL,            -- the process that says so
  surface TEXT    NOT NULL,            -- 'workspace', or the id of a channel where they are linked
  until   INTEGER NOT NULL,            -- by the database's clock; said anew before
  PRIMARY KEY (agent, node, surface)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE presence;
