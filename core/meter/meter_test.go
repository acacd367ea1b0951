package meter_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"parley/core"
	"parley/core/meter"
)

const minute = core.Time(60_000_000)

// open gives a meter over a database that says f, or fails.
func open(f core.Figures, err error) *meter.Meter {
	return meter.New(meter.Config{
		Figures: func(context.Context) (core.Figures, error) { return f, err },
		Sockets: func() map[string]int { return map[string]int{"agent": 3, "visitor": 7} }, Shown: func() core.EventID { return 90 },
		Leases: func() int { return 2 }, Refused: func() int64 { return 6 }, Serving: func() bool { return true },
		KindOf:  func(id core.ChannelID) string { return map[core.ChannelID]string{5: "widget"}[id] },
		Version: "test", Clock: func() time.Time { return (10 * minute).Std() },
	})
}

var busy = core.Figures{
	Head:     100,
	Sessions: []core.SessionsFigure{{Department: "support", State: core.Waiting, Sessions: 4}},
	Queues:   []core.QueueFigure{{Department: "support", Since: 7 * minute}, {Department: "sales"}},
	Channels: []core.ChannelFigure{
		{Channel: "bot", Kind: "telegram", State: core.Troubled, Owed: 10, Sending: 1, Retrying: 2, Since: 9 * minute}, {Channel: "shop", Kind: "widget"},
	},
	Bindings: []core.BindingFigure{{Binding: "parley", Kind: "parley"}, {Binding: "Shop \"CRM\"", Kind: "webhook", Owed: 3, Parked: 1, Since: 8 * minute}},
	Hooks:    []core.HookFigure{{Hook: "billing", Owed: 4, Parked: 2, Since: 6 * minute}, {Hook: "idle"}},
	Rules:    []core.RulesFigure{{Department: "support", Failures: 5}},
	Followed: []core.FollowedFigure{{Follower: "hooks", Behind: 7}, {Follower: "rules"}, {Follower: "search"}},
}

func scrape(t *testing.T, m *meter.Meter) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("got status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in:\n%s", line, text)
		}
	}
}

func TestAScrapeSaysHowTheInstallationFaresH4(t *testing.T) {
	t.Parallel()
	m := open(busy, nil)
	has(t, scrape(t, m),
		`parley_database_up 1`, `parley_serving 1`, `parley_build_info{version="test"} 1`,
		`parley_sessions{department="support",state="waiting"} 4`, `parley_sessions{department="support",state="active"} 0`,
		`parley_sessions{department="sales",state="waiting"} 0`,
		`parley_queue_oldest_seconds{department="support"} 180`, `parley_queue_oldest_seconds{department="sales"} 0`,
		`parley_deliveries{channel="bot",kind="telegram",state="waiting"} 7`, `parley_deliveries{channel="bot",kind="telegram",state="sending"} 1`,
		`parley_deliveries{channel="bot",kind="telegram",state="retrying"} 2`, `parley_delivery_oldest_seconds{channel="bot",kind="telegram"} 60`,
		`parley_channel_state{channel="bot",kind="telegram",state="troubled"} 1`, `parley_channel_state{channel="bot",kind="telegram",state="running"} 0`,
		`parley_sockets{kind="visitor"} 7`, `parley_leases_held 2`, `parley_writes_refused_total 6`, `parley_feed_lag_rows 10`,
		`parley_records{binding="Shop \"CRM\"",kind="webhook",state="owed"} 3`, `parley_records{binding="Shop \"CRM\"",kind="webhook",state="parked"} 1`,
		`parley_records{binding="parley",kind="parley",state="owed"} 0`, `parley_record_oldest_seconds{binding="Shop \"CRM\"",kind="webhook"} 120`,
		`parley_record_oldest_seconds{binding="parley",kind="parley"} 0`,
		`parley_hook_calls{hook="billing",state="owed"} 4`, `parley_hook_calls{hook="billing",state="parked"} 2`, `parley_hook_calls{hook="idle",state="owed"} 0`,
		`parley_hook_call_oldest_seconds{hook="billing"} 240`, `parley_hook_call_oldest_seconds{hook="idle"} 0`,
		`parley_rule_failures{department="support"} 5`, `parley_follower_lag_rows{follower="hooks"} 7`, `parley_follower_lag_rows{follower="search"} 0`,
	)
}

func TestWhatIsCountedMoves(t *testing.T) {
	t.Parallel()
	m := open(busy, nil)
	m.Group(3, 3*time.Millisecond)
	m.Group(500, 30*time.Millisecond)
	m.Busy()
	m.Swept(2)
	m.Committed(core.Committed{Events: []core.Event{
		{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Channel: 5},
		{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByAgent, Channel: 5},
		{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Channel: 5},
		{Kind: core.EventTaken, Audience: core.Everyone, ActorKind: core.ByAgent, Channel: 5},
		{Kind: core.EventDelivery, State: "failed", Channel: 6},
	}})
	has(t, scrape(t, m),
		`parley_writer_group_jobs_bucket{le="4"} 1`, `parley_writer_group_jobs_count 2`, `parley_writer_group_seconds_bucket{le="0.004"} 1`,
		`parley_writer_busy_total 1`, `parley_route_swept_total 2`, `parley_messages_total{direction="in",kind="widget"} 1`, `parley_messages_total{direction="out",kind="widget"} 1`,
		`parley_message_outcomes_total{kind="unknown",state="failed"} 1`,
	)
}

func TestAScrapeIsAnsweredWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	text := scrape(t, open(busy, errors.New("away")))
	has(t, text, `parley_database_up 0`, `parley_sockets{kind="agent"} 3`)
	for _, name := range []string{"parley_sessions", "parley_feed_lag_rows", "parley_deliveries", "parley_records", "parley_hook_calls", "parley_rule_failures", "parley_follower_lag_rows"} {
		if strings.Contains(text, name) {
			t.Errorf("%s is told, and nobody knows", name)
		}
	}
}

func TestTheFiguresAreNamedAsPrometheusWantsThem(t *testing.T) {
	t.Parallel()
	m := open(busy, nil)
	m.Busy()
	m.Group(1, time.Millisecond)
	m.Committed(core.Committed{Events: []core.Event{{Kind: core.EventMessage, Audience: core.Everyone}, {Kind: core.EventDelivery}}})
	m.Requests(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestRequestsAreCountedByRouteAndNeverByWhatWasAsked(t *testing.T) {
	t.Parallel()
	m := open(busy, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sessions/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	server := httptest.NewServer(m.Requests(mux))
	defer server.Close()
	for _, ask := range [][2]string{{"GET", "/sessions/CANARY-1"}, {"GET", "/sessions/CANARY-2"}, {"CANARY", "/CANARY"}} {
		r, err := http.NewRequestWithContext(t.Context(), ask[0], server.URL+ask[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	text := scrape(t, m)
	has(t, text, `parley_http_requests_total{method="GET",route="GET /sessions/{id}",status="4xx"} 2`,
		`parley_http_requests_total{method="other",route="unknown",status="4xx"} 1`)
	if strings.Contains(text, "CANARY") {
		t.Errorf("what was asked is a label:\n%s", text)
	}
}
