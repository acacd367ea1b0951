package main

import (
	"net"
	"net/http"
	"sync"
)

// doorstep knows the connections on which nobody has asked for anything yet: browsers and clients open some in advance. A server that stops would wait
// for each of them for five seconds (https://go.dev/issue/22682), which is all the time there is.
type doorstep struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
}

// note is for http.Server.ConnState.
func (d *doorstep) note(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if state != http.StateNew {
		delete(d.conns, c)
		return
	}
	if d.conns == nil {
		d.conns = map[net.Conn]bool{}
	}
	d.conns[c] = true
}

// clear closes them.
func (d *doorstep) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		_ = c.Close() // the server hears of it, and notes it
	}
}
