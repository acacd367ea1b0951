package main

import (
	"context"
	"path/filepath"
)

// startPeer starts a second node over the data folder of the first, which has made the key.
func (run crashRun) startPeer(ctx context.Context, first *server) (*server, error) {
	peer, err := newServer(run.binary, filepath.Join(run.dir, "peer"), run.url)
	if err != nil {
		return nil, err
	}
	peer.env = append(first.env, "PARLEY_DATA_DIR="+first.dir)
	if _, err := peer.start(ctx); err != nil {
		peer.close()
		return nil, err
	}
	return peer, nil
}

// watched is the node on whose stream everything is to be shown: where there are two, the one that lives on.
func (b *besiegers) watched() string {
	if b.peer != nil {
		return b.peer.addr
	}
	return b.server.addr
}
