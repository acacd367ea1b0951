package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// scrape asks a server for its figures as somebody on this machine does, but for the headers.
func scrape(t *testing.T, s *server, header http.Header) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestMetricsSayWhatHappensH4(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	anna := p.people()
	key := strings.TrimSpace(p.must("key", "add", "--agent", "anna@example.test", "--name", "prometheus", "--scope", "metrics"))
	s := p.serve()
	caller, session := p.begin(s, anna)
	caller.must(t, "POST", "/api/v1/sessions/"+session+"/messages", map[string]string{"client_id": "a", "kind": "reply", "text": "CANARY"}, nil)

	var text string
	eventually(t, promptly, func() string { // what is shown, and a request that became a socket, are counted a moment later
		_, text = scrape(t, s, nil)
		for _, line := range []string{
			`parley_database_up 1`, `parley_serving 1`, `parley_sessions{department="support",state="active"} 1`,
			`parley_messages_total{direction="in",kind="widget"} 1`, `parley_messages_total{direction="out",kind="widget"} 1`,
			`parley_sockets{kind="visitor"} 1`, `parley_feed_lag_rows 0`,
			`parley_records{binding="parley",kind="parley",state="owed"} 0`, `parley_follower_lag_rows{follower="search"} 0`,
			`parley_http_requests_total{method="POST",route="/api/v1/sessions/:id/messages",status="2xx"} 1`,
			`parley_http_requests_total{method="GET",route="/widget/v1/socket",status="1xx"} 1`,
		} {
			if !strings.Contains(text, line+"\n") {
				return "no line " + line
			}
		}
		return ""
	})
	if strings.Contains(text, "parley_writer_group_jobs_count 0\n") || strings.Contains(text, "CANARY") {
		t.Errorf("the writer's groups are not counted, or what people say is told, in:\n%s", text)
	}

	through := http.Header{"X-Forwarded-For": {"192.0.2.7"}}
	if status, _ := scrape(t, s, through); status != http.StatusUnauthorized {
		t.Errorf("through a proxy on this machine: got %d, want 401", status)
	}
	for name, tt := range map[string]struct {
		key  string
		want int
	}{"the key for it": {key, http.StatusOK}, "an agent's key": {anna, http.StatusUnauthorized}} {
		through.Set("Authorization", "Bearer "+tt.key)
		if status, _ := scrape(t, s, through); status != tt.want {
			t.Errorf("through a proxy with %s: got %d, want %d", name, status, tt.want)
		}
	}
	scraper := s.withKey(key)
	if status, err := scraper.call("GET", "/api/v1/me", nil, nil); err != nil || status != http.StatusUnauthorized {
		t.Errorf("the key for metrics at the API: got %d, %v, want 401", status, err)
	}
	s.stop()
}
