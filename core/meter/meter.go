package meter

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/core"
)

// Config is where a Meter asks.
type Config struct {
	Figures func(context.Context) (core.Figures, error) // the database
	Sockets func() map[string]int                       // how many are open, by kind
	Shown   func() core.EventID                         // the newest row of the log that this node has shown
	Leases  func() int                                  // how many this node holds
	Refused func() int64                                // writes of this process under a lease that was another's by then
	Serving func() bool                                 // whether it takes work: neither starting nor stopping
	KindOf  func(core.ChannelID) string                 // the kind of a channel; "" if it is not known
	Version string
	Clock   core.Clock
}

// Meter counts what a node does, and answers scrapes. Its methods are safe for use by many at once.
type Meter struct {
	Config
	registry   *prometheus.Registry
	answer     http.Handler
	groups     prometheus.Histogram
	times      prometheus.Histogram
	busy       prometheus.Counter
	swept      prometheus.Counter
	messages   *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	requests   *prometheus.CounterVec
}

const (
	atOnce      = 2               // scrapes; one more is refused
	scrapeLimit = 5 * time.Second // after which a scrape is answered in any case
)

// New makes a meter. Nothing is asked before the first scrape.
func New(c Config) *Meter {
	m := &Meter{
		Config:   c,
		registry: prometheus.NewRegistry(),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "parley_writer_group_jobs",
			Help: "Deeds that were stored together, in one transaction.", Buckets: prometheus.ExponentialBuckets(1, 2, 10)}),
		times: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "parley_writer_group_seconds",
			Help: "From the beginning of a transaction to its end on disk.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		busy: prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_writer_busy_total",
			Help: "Deeds that were refused because too many waited."}),
		swept: prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_route_swept_total",
			Help: "Sessions that waited although there was room for them, until they were swept up: each is a fault of ours."}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_messages_total",
			Help: "Messages that this node stored, by the kind of their channel: in from customers, out from agents; notes are neither."}, []string{"kind", "direction"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_message_outcomes_total",
			Help: "What became of messages to customers, by the kind of their channel."}, []string{"kind", "state"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_http_requests_total",
			Help: "Requests that were answered, by the pattern of their route. Sockets are 1xx."}, []string{"route", "method", "status"}),
	}
	version := prometheus.NewGauge(prometheus.GaugeOpts{Name: "parley_build_info", Help: "Always 1; the label is the program's version.",
		ConstLabels: prometheus.Labels{"version": c.Version}})
	version.Set(1)
	refused := prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "parley_writes_refused_total",
		Help: "Writes of this node that were refused because another had its lease by then."}, func() float64 { return float64(c.Refused()) })
	m.registry.MustRegister(refused, m.groups, m.times, m.busy, m.swept, m.messages, m.deliveries, m.requests, version, collector{m},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.answer = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: atOnce, Timeout: scrapeLimit, ErrorHandling: promhttp.ContinueOnError})
	return m
}

// ServeHTTP answers a scrape. Who may ask is not its business.
func (m *Meter) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.answer.ServeHTTP(w, r) }

// Group counts a group of the writer's.
func (m *Meter) Group(jobs int, took time.Duration) {
	m.groups.Observe(float64(jobs))
	m.times.Observe(took.Seconds())
}

// Busy counts what the writer refused.
func (m *Meter) Busy() { m.busy.Inc() }

// Swept counts sessions that waited although there was room for them.
func (m *Meter) Swept(sessions int) { m.swept.Add(float64(sessions)) }

// Committed counts what was stored: messages, and what became of them.
func (m *Meter) Committed(c core.Committed) {
	for i := range c.Events {
		switch e := &c.Events[i]; {
		case e.Kind == core.EventMessage && e.Audience == core.Everyone:
			m.messages.WithLabelValues(m.kind(e.Channel), direction(e.ActorKind)).Inc()
		case e.Kind == core.EventDelivery:
			m.deliveries.WithLabelValues(m.kind(e.Channel), string(e.State)).Inc()
		}
	}
}

func (m *Meter) kind(id core.ChannelID) string {
	if kind := m.KindOf(id); kind != "" {
		return kind
	}
	return "unknown"
}

func direction(by core.ActorKind) string {
	if by == core.ByCustomer {
		return "in"
	}
	return "out"
}
