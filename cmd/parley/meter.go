package main

import (
	"parley/core"
	"parley/core/meter"
)

// newMeter makes the meter of a node, whose parts are there when it is first asked.
func newMeter(n *node) *meter.Meter {
	return meter.New(meter.Config{
		Figures: n.store.Figures, Sockets: func() map[string]int { return n.sockets.Counts() }, Shown: n.feed.Sent,
		Leases: func() int { return n.channels.Held() }, Refused: n.store.RefusedWrites, Serving: func() bool { return n.gate.state.Load() == open },
		KindOf: func(id core.ChannelID) string { return n.watch.kind(id) }, Version: version, Clock: core.SystemClock,
	})
}
