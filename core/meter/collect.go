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
	records    = description("records", "Records that are to reach the system of a binding, or were refused there and wait for an edit; 10000 stands for more.", "binding", "kind", "state")
	recordsFor = description("record_oldest_seconds", "For how long the oldest record that is to reach the system of a binding has been; 0 where none is.", "binding", "kind")
	calls      = description("hook_calls", "Calls that a hook is to get, or that were given up; 10000 stands for more.", "hook", "state")
	callsFor   = description("hook_call_oldest_seconds", "For how long the oldest call that a hook is to get has been tried; 0 where none is.", "hook")
	failures   = description("rule_failures", "Events of which rules that are switched on could not create what they should, since each was changed.", "department")
	behind     = description("follower_lag_rows", "Rows of the log that have not been looked at for hooks, rules or search.", "follower")
)

// openStates are those of sessions that have not ended.
var openStates = []core.State{core.Waiting, core.Pending, core.Active}

var healthStates = []core.HealthState{core.Running, core.Troubled, core.Reconnect}

// collector asks at each scrape.
type collector struct{ *Meter }

// Describe is prometheus.Collector's.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUp, serving, sockets, leases, lag, sessions, oldest, owed, owedFor, health,
		records, recordsFor, calls, callsFor, failures, behind} {
		to <- d
	}
}

// Collect is prometheus.Collector's.
func (c collector) Collect(to chan<- prometheus.Metric) {
	gauge := told(func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	})
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
	gauge.sessions(f, now)
	gauge.channels(f, now)
	gauge.systems(f, now)
}

// told hands over a figure.
type told func(d *prometheus.Desc, value float64, labels ...string)

// sessions tells of sessions and queues.
func (gauge told) sessions(f core.Figures, now core.Time) {
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
}

// channels tells of what is owed to channels, and how these fare.
func (gauge told) channels(f core.Figures, now core.Time) {
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

// systems tells of what other systems are to have, and of what follows the log.
func (gauge told) systems(f core.Figures, now core.Time) {
	for _, b := range f.Bindings {
		gauge(records, float64(b.Owed), b.Binding, b.Kind, string(core.RecordOwed))
		gauge(records, float64(b.Parked), b.Binding, b.Kind, string(core.RecordParked))
		gauge(recordsFor, age(now, b.Since), b.Binding, b.Kind)
	}
	for _, h := range f.Hooks {
		gauge(calls, float64(h.Owed), h.Hook, string(core.HookOwed))
		gauge(calls, float64(h.Parked), h.Hook, string(core.HookParked))
		gauge(callsFor, age(now, h.Since), h.Hook)
	}
	for _, r := range f.Rules {
		gauge(failures, float64(r.Failures), r.Department)
	}
	for _, w := range f.Followed {
		gauge(behind, float64(w.Behind), w.Follower)
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
