package meter

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/core"
)

// askTime is how long the database may take: a scrape is not to add to its troubles.
const askTime = time.Second

func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("parley_"+name, help, labels, nil)
}

var (
	databaseUp = description("database_up", "Whether the database answered this scrape; without it, what it would tell is not here.")
	serving    = description("serving", "Whether this node takes work: neither starting nor stopping.")
	sockets    = description("sockets", "Open WebSockets of this node, by for whom they are.", "kind")
	leases     = description("leases_held", "Channels that this node runs.")
	lag        = description("feed_lag_rows", "Rows of the log that this node has not shown yet.")
	sessions   = description("sessions", "Open sessions.", "department", "state")
	oldest     = description("queue_oldest_seconds", "For how long the longest waiting session of a queue has waited; 0 where none does.", "department")
	owed       = description("deliveries", "What is owed to a channel: waiting, with the network now, or to be tried again.", "channel", "kind", "state")
	owedFor    = description("delivery_oldest_seconds", "For how long the oldest that is owed to a channel has been; 0 where nothing is.", "channel", "kind")
	health     = description("channel_state", "1 for the state that a channel is in: running, troubled, or reconnect, which waits for an admin.", "channel", "kind", "state")
)

// openStates are those of sessions that have not ended.
var openStates = []core.State{core.Waiting, core.Pending, core.Active}

var healthStates = []core.HealthState{core.Running, core.Troubled, core.Reconnect}

// collector asks at each scrape.
type collector struct{ *Meter }

// Describe is prometheus.Collector's.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUp, serving, sockets, leases, lag, sessions, oldest, owed, owedFor, health} {
		to <- d
	}
}

// Collect is prometheus.Collector's.
func (c collector) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for kind, n := range c.Sockets() {
		gauge(sockets, float64(n), kind)
	}
	gauge(leases, float64(c.Leases()))
	gauge(serving, flag(c.Serving()))

	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	shown := c.Shown() // before the database is asked: else rows that come meanwhile would be shown before they are there
	f, err := c.Figures(ctx)
	gauge(databaseUp, flag(err == nil))
	if err != nil {
		return
	}
	gauge(lag, float64(max(f.Head-shown, 0)))
	now := core.At(c.Clock())
	open := map[core.SessionsFigure]int64{}
	for _, s := range f.Sessions {
		open[core.SessionsFigure{Department: s.Department, State: s.State}] = s.Sessions
	}
	for _, q := range f.Queues { // of each department one
		gauge(oldest, age(now, q.Since), q.Department)
		for _, state := range openStates {
			gauge(sessions, float64(open[core.SessionsFigure{Department: q.Department, State: state}]), q.Department, string(state))
		}
	}
	for _, ch := range f.Channels {
		gauge(owed, float64(max(ch.Owed-ch.Sending-ch.Retrying, 0)), ch.Channel, ch.Kind, "waiting")
		gauge(owed, float64(ch.Sending), ch.Channel, ch.Kind, "sending")
		gauge(owed, float64(ch.Retrying), ch.Channel, ch.Kind, "retrying")
		gauge(owedFor, age(now, ch.Since), ch.Channel, ch.Kind)
		for _, state := range healthStates {
			if ch.State != "" {
				gauge(health, flag(ch.State == state), ch.Channel, ch.Kind, string(state))
			}
		}
	}
}

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// age is how long ago something was; zero if it never was.
func age(now, then core.Time) float64 {
	if then == 0 {
		return 0
	}
	return max(now.Sub(then).Seconds(), 0)
}
