package main

import (
	"context"
	"path/filepath"
	"time"
)

// startPeer starts a second node over the data folder of the first, which has made the key.
func (s *server) startPeer(ctx context.Context) (*server, error) {
	peer, err := newServer(s.binary, filepath.Join(s.dir, "peer"), s.url)
	if err != nil {
		return nil, err
	}
	peer.env = append(s.env, "PARLEY_DATA_DIR="+s.dir)
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

// roll restarts one of the two nodes, by turns, as an upgrade does (RELIABILITY 15): visitors go to the other meanwhile, agents wait.
func (b *besiegers) roll(ctx context.Context, round int, t *tally) error {
	node := []*server{b.server, b.peer}[round%2]
	began := time.Now()
	if err := node.stop(); err != nil {
		return err
	}
	t.stops = append(t.stops, time.Since(began))
	took, err := node.start(ctx)
	t.starts = append(t.starts, took)
	return err
}
