package widget

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/socket"
)

func TestParseSettings(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 51 {
		many = append(many, fmt.Sprintf("https://shop%d.test", i))
	}
	list := func(origins []string) string {
		b, _ := json.Marshal(Settings{Origins: origins})
		return string(b)
	}
	tests := map[string]struct {
		document string
		want     []string // nil: refused
	}{
		"one origin":                       {`{"origins":["https://shop.test"]}`, []string{"https://shop.test"}},
		"with a port":                      {`{"origins":["http://localhost:8080"]}`, []string{"http://localhost:8080"}},
		"upper case and a default port":    {`{"origins":["HTTPS://Shop.test:443"]}`, []string{"https://shop.test"}},
		"the same twice is once":           {`{"origins":["https://shop.test","https://SHOP.test"]}`, []string{"https://shop.test"}},
		"fifty":                            {list(many[:50]), many[:50]},
		"fifty-one":                        {list(many), nil},
		"none":                             {`{"origins":[]}`, nil},
		"an empty document":                {`{}`, nil},
		"null":                             {`null`, nil},
		"no document":                      {``, nil},
		"another member":                   {`{"origins":["https://shop.test"],"color":"red"}`, nil},
		"something after the end":          {`{"origins":["https://shop.test"]}{}`, nil},
		"a path":                           {`{"origins":["https://shop.test/"]}`, nil},
		"no scheme":                        {`{"origins":["shop.test"]}`, nil},
		"a star":                           {`{"origins":["*"]}`, nil},
		"a star for names below":           {`{"origins":["https://*.shop.test"]}`, nil},
		"null as an origin":                {`{"origins":["null"]}`, nil},
		"an empty origin":                  {`{"origins":[""]}`, nil},
		"a good one and a bad one":         {`{"origins":["https://shop.test","x"]}`, nil},
		"limits of its own":                {`{"origins":["https://shop.test"],"limits":{"frames":300}}`, []string{"https://shop.test"}},
		"limits below zero":                {`{"origins":["https://shop.test"],"limits":{"messages":-1}}`, nil},
		"limits that are unknown":          {`{"origins":["https://shop.test"],"limits":{"bytes":1}}`, nil},
		"a word where a list should stand": {`{"origins":"https://shop.test"}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseSettings(json.RawMessage(tt.document))
			if !slices.Equal(got.Origins, tt.want) {
				t.Errorf("origins: got %q, want %q", got.Origins, tt.want)
			}
			if (err != nil) != (tt.want == nil) {
				t.Errorf("error: got %v", err)
			}
			if err != nil && core.KindOf(err) != core.Invalid {
				t.Errorf("kind: got %v, want invalid", core.KindOf(err))
			}
		})
	}
}

// TestTheHandshakeIsRefusedFromForeignPages is class 45 of the security list.
func TestTheHandshakeIsRefusedFromForeignPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	origin := func(o string) []string { return []string{"Origin: " + o + "\r\n"} }
	tests := map[string]struct {
		slug   string
		header []string
		want   int
	}{
		"the channel's origin":               {"support-widget", origin(shop), 101},
		"in other case":                      {"support-widget", origin("HTTPS://Shop.TEST"), 101},
		"no origin":                          {"support-widget", nil, 403},
		"null":                               {"support-widget", origin("null"), 403},
		"a foreign origin":                   {"support-widget", origin("https://evil.example"), 403},
		"one that begins like it":            {"support-widget", origin("https://shop.test.evil.example"), 403},
		"one that ends like it":              {"support-widget", origin("https://evil-shop.test"), 403},
		"another scheme":                     {"support-widget", origin("http://shop.test"), 403},
		"another port":                       {"support-widget", origin("https://shop.test:8443"), 403},
		"two origins":                        {"support-widget", append(origin(shop), origin("https://evil.example")...), 403},
		"an unknown channel":                 {"sales-widget", origin(shop), 404},
		"no channel":                         {"", origin(shop), 404},
		"a slug in other case":               {"Support-Widget", origin(shop), 404},
		"an unknown channel, foreign origin": {"sales-widget", origin("https://evil.example"), 404},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, got := r.request(t, tt.slug, 0, tt.header...); got != tt.want {
				t.Errorf("status: got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestSetClosesTheSocketsOfChannelsThatAreGoneOrChanged(t *testing.T) {
	t.Parallel()
	settings := shopChannel()
	settings.Settings = json.RawMessage(`{"origins":["https://shop.test","https://other.test"]}`)
	department := shopChannel()
	department.Department = 4
	another := shopChannel()
	another.ID = 8
	broken := shopChannel()
	broken.Settings = json.RawMessage(`{"origins":[]}`)
	tests := map[string]struct {
		live    []Live
		want    socket.Code // zero: stays
		refused bool
	}{
		"the same again stays":           {[]Live{{shopChannel(), "Support"}}, 0, false},
		"another channel beside it":      {[]Live{{shopChannel(), "Support"}, {core.Channel{Slug: "x", Kind: "telegram"}, "Support"}}, 0, false},
		"gone":                           {nil, socket.CloseGone, false},
		"other settings":                 {[]Live{{settings, "Support"}}, socket.CloseGone, false},
		"another department":             {[]Live{{department, "Support"}}, socket.CloseGone, false},
		"another name of the department": {[]Live{{shopChannel(), "Help"}}, socket.CloseGone, false},
		"another channel of that slug":   {[]Live{{another, "Support"}}, socket.CloseGone, false},
		"settings that are wrong":        {[]Live{{broken, "Support"}}, socket.CloseGone, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c, _ := r.greet(t)
			if err := r.Set(tt.live); (err != nil) != tt.refused {
				t.Errorf("Set: got %v", err)
			}
			if tt.want == 0 {
				c.wantAlive()
				return
			}
			c.wantClose(tt.want)
			<-r.feed.stops
		})
	}
}

func TestAHandshakeThatAChangeOvertakesIsClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := (*r.sites.Load())["support-widget"]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if err := r.Set(nil); err != nil { // after the channel was found, and before the socket is one of the group
			t.Error(err)
		}
		_ = socket.Upgrade(w, q, &visitor{widget: r.Widget, site: old}, socket.Options{Group: r.group})
	}))
	t.Cleanup(server.Close)
	r.address = server.Listener.Addr().String()
	r.open(t).wantClose(socket.CloseGone)
}

func TestAGracefulStopTellsVisitorsToComeBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const visitors = 20
	var clients []*client
	for range visitors {
		c, _ := r.greet(t)
		clients = append(clients, c)
	}
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stopped <- r.group.CloseAll(ctx, socket.CloseGoingAway, "the server stops")
	}()
	for _, c := range clients {
		c.wantClose(socket.CloseGoingAway)
	}
	if err := <-stopped; err != nil {
		t.Errorf("CloseAll: got %v, want nil", err)
	}
	for range visitors {
		<-r.feed.stops // nobody is told anything any more
	}
	if _, status := r.request(t, "support-widget", 0, "Origin: "+shop+"\r\n"); status != 503 {
		t.Errorf("a new socket: got %d, want 503", status)
	}
}

func TestNoTokenAndNoWordsAreLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := strings.Repeat("canary-token", 4)[:core.TokenLength]
	const words = "canary words"
	r.inbox.answerWith(func(context.Context, core.Inbound) error { return context.DeadlineExceeded })
	c := r.open(t)
	c.say(`{"type":"hello","versions":[1],"token":"` + token + `"}`)
	c.next("welcome")
	c.next("events")
	c.say(message(1, words))
	c.next("refused")
	c.say(`{"type":"message","id":5,"text":"` + words + `","token":"` + token + `"}`)
	c.next("refused")
	c.say(token + words)
	c.wantClose(socket.CloseBadFrame)
	<-r.feed.stops
	_, _ = r.request(t, "support-widget", 0, "Origin: https://evil.example\r\n")

	for _, part := range []string{"inbound not taken", "refused for its origin", "socket closed"} {
		eventually(t, part, func() bool { return strings.Contains(r.log.String(), part) })
	}
	log := r.log.String()
	for _, secret := range []string{token, words, "canary", core.HashToken(core.Secret(token))} {
		if strings.Contains(log, secret) {
			t.Errorf("log: got %q in it, want it nowhere:\n%s", secret, log)
		}
	}
}
