-- +goose Up
CREATE TABLE presence (                -- agents who are there, as the nodes say that see them
  agent   BIGINT NOT NULL REFERENCES agents (id),
  node    TEXT   NOT NULL,             -- the process that says so
  surface TEXT   NOT NULL,             -- 'workspace', or the id of a channel where they are linked
  until   BIGINT NOT NULL,             -- by the database's clock; said anew before
  PRIMARY KEY (agent, node, surface)
);

-- +goose Down
DROP TABLE presence;
