package socket

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
)

// BenchmarkFanOut is one frame to many peers, at the pace at which they read, with what it costs them.
func BenchmarkFanOut(b *testing.B) {
	const peers = 100
	g := NewGroup(slog.New(slog.DiscardHandler))
	h := newHandler()
	var read sync.WaitGroup
	conns := make([]*Conn, peers)
	address := serve(b, Options{Group: g}, func() Handler { h = newHandler(); return h })
	for i := range conns {
		c := dial(b, address)
		conns[i] = <-h.conn
		go func() {
			for {
				if _, _, err := c.frame(); err != nil {
					return
				}
				read.Done()
			}
		}()
	}
	text := bytes.Repeat([]byte("x"), 300)
	b.ReportAllocs()
	for b.Loop() {
		read.Add(peers)
		for _, c := range conns {
			if !c.Send(text) {
				b.Fatal("Send: got false, want true")
			}
		}
		read.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/peers, "ns/frame")
}

// BenchmarkRoundTrip is one frame there and back.
func BenchmarkRoundTrip(b *testing.B) {
	g := NewGroup(slog.New(slog.DiscardHandler))
	address, _ := serveOne(b, Options{Group: g})
	c := dial(b, address)
	frame := masked(0x81, bytes.Repeat([]byte("x"), 200))
	b.ReportAllocs()
	for b.Loop() {
		c.write(frame)
		if _, _, err := c.frame(); err != nil {
			b.Fatal(err)
		}
	}
}
