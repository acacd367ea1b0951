package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/core"
	"parley/core/search"
)

type inboxCommand struct {
	common

	Sessions int `default:"10000" help:"In the large house, more than 2000; PERFORMANCE asks for 1000000, which takes minutes to make."`
	Messages int `default:"10000" help:"In its longest session."`
	Requests int `default:"20" help:"For each list, in each house and round."`
	Rounds   int `default:"7" help:"In the small house and the large one, by turns."`

	Unsearched bool `help:"Leave out the search, whose index takes longer to make than all else."`
}

// The small house is what the large one is compared with.
const smallSessions, smallMessages = 2000, 1000

// view is something that the workspace asks for: what its requests are in a house of so many sessions, of which the first has so many messages.
type view struct {
	name  string
	paths func(h inbox) []string
}

func (v view) searches() bool { return strings.HasPrefix(v.name, "search") }

// asked are the views that the run is about.
func (c *inboxCommand) asked() []view {
	return slices.DeleteFunc(slices.Clone(views), func(v view) bool { return c.Unsearched && v.searches() })
}

func list(query string) func(inbox) []string {
	return func(inbox) []string { return []string{"/api/v1/sessions?limit=50&" + query} }
}

func found(query string) func(inbox) []string {
	return func(inbox) []string { return []string{"/api/v1/search?" + query} }
}

// views are the lists of the workspace, what it shows of one session, and its search.
var views = []view{
	{"the first page with counters", func(inbox) []string {
		return []string{"/api/v1/sessions?limit=50&state=open", "/api/v1/counters"}
	}},
	{"the queue", list("state=waiting")},
	{"mine", list("state=pending,active&assignee=me")},
	{"all that were mine", list("assignee=me")},
	{"joined", list("participant=me")},
	{"ended", list("state=ended")},
	{"of a department", func(h inbox) []string {
		return []string{"/api/v1/sessions?limit=50&department=" + h.house.department.String()}
	}},
	{"of a customer", func(h inbox) []string {
		return []string{"/api/v1/sessions?limit=50&customer=" + core.CustomerID(h.sessions/2).String()}
	}},
	{"ended, a page in the middle", func(h inbox) []string {
		return []string{"/api/v1/sessions?limit=50&state=ended&after=" + strconv.FormatInt(int64(h.sessions/2), 36)}
	}},
	{"opening a session", func(h inbox) []string {
		id := core.SessionID(h.sessions / 2).String()
		return []string{"/api/v1/sessions/" + id, "/api/v1/sessions/" + id + "/messages", "/api/v1/customers/" + core.CustomerID(h.sessions/2).String()}
	}},
	{"opening the longest", func(inbox) []string {
		return []string{"/api/v1/sessions/" + core.SessionID(1).String(), "/api/v1/sessions/" + core.SessionID(1).String() + "/messages"}
	}},
	{"a page in the middle of the longest", func(h inbox) []string {
		return []string{"/api/v1/sessions/" + core.SessionID(1).String() + "/messages?before_seq=" + strconv.Itoa(h.messages/2)}
	}},
	{"search: a word of one message", func(h inbox) []string {
		return []string{"/api/v1/search?in=messages&q=x" + strconv.Itoa(h.sessions/2)}
	}},
	{"search: a word of all", found("in=messages&q=lamp")},
	{"search: the beginning of a word", found("in=messages&q=lam")},
	{"search: two words", found("in=messages&q=blue+stock")},
	{"search: a name", func(h inbox) []string { return []string{"/api/v1/search?q=n" + strconv.Itoa(h.sessions/2)} }},
	{"search: by tag", found("tag=vip")},
	{"search: in one session", func(inbox) []string {
		return []string{"/api/v1/search?in=session&q=lamp&session=" + core.SessionID(1).String()}
	}},
}

// Run measures on each database.
func (c *inboxCommand) Run(ctx context.Context) error {
	if c.Sessions <= smallSessions || c.Messages < smallMessages {
		return fmt.Errorf("more than %d sessions and at least %d messages are needed", smallSessions, smallMessages)
	}
	return c.each("inbox", map[string]any{
		"sessions": c.Sessions, "messages": c.Messages, "requests": c.Requests, "rounds": c.Rounds,
	}, func(kind, dir string, r *report) error {
		plain, err := c.program(ctx, dir, nil)
		if err != nil {
			return err
		}
		explaining, err := c.explaining(ctx, dir)
		if err != nil {
			return err
		}
		return c.on(ctx, kind, dir, plain, explaining, r)
	})
}

// on measures on one database. Without a plain program only the plans are looked at.
func (c *inboxCommand) on(ctx context.Context, kind, dir, plain, explaining string, r *report) error {
	large, err := c.open(ctx, kind, filepath.Join(dir, kind+"-large"), c.Sessions, c.Messages, r)
	if err != nil {
		return err
	}
	defer large.close()
	if plain != "" {
		if err := c.compare(ctx, kind, dir, plain, large, r); err != nil {
			return err
		}
	}
	return large.plans(ctx, explaining, c.asked(), r)
}

func (c *inboxCommand) compare(ctx context.Context, kind, dir, binary string, large *inbox, r *report) error {
	small, err := c.open(ctx, kind, filepath.Join(dir, kind+"-small"), smallSessions, smallMessages, r)
	if err != nil {
		return err
	}
	defer small.close()
	for _, h := range []*inbox{small, large} {
		h.server.binary = binary
		if _, err := h.server.start(ctx); err != nil {
			return err
		}
	}
	for _, v := range c.asked() {
		if err := c.time(ctx, kind, v, small, large, r); err != nil {
			return err
		}
	}
	return large.server.stop()
}

// time asks for a view in both houses by turns.
func (c *inboxCommand) time(ctx context.Context, kind string, v view, small, large *inbox, r *report) error {
	var ratios, controls, values []float64
	var times []time.Duration
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		was, err := small.ask(ctx, v, c.Requests)
		if err != nil {
			return err
		}
		is, err := large.ask(ctx, v, c.Requests)
		if err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		control, value := milliseconds(quantile(was, 0.5)), milliseconds(quantile(is, 0.5))
		ratios, controls, values = append(ratios, value/control), append(controls, control), append(values, value)
		times = append(times, is...)
	}
	name := fmt.Sprintf("%s, %d sessions: %s", kind, large.sessions, v.name)
	r.add(figure{Goal: "P6", Name: name, Value: median(values), Unit: "ms", Ratio: median(ratios), AtMost: 1.5, Spread: spread(ratios), Control: spread(controls)})
	r.add(figure{Name: name + ", p95", Value: milliseconds(quantile(times, 0.95)), Unit: "ms"})
	return nil
}

// inbox is a house full of sessions, with a program that does not run yet.
type inbox struct {
	database
	house              house
	server             *server
	api                *agentAPI
	sessions, messages int
}

func (h *inbox) close() {
	h.server.close()
	h.drop()
}

// open makes a house, and the index of what was said in it.
func (c *inboxCommand) open(ctx context.Context, kind, dir string, sessions, messages int, r *report) (*inbox, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return nil, err
	}
	h := &inbox{database: db, sessions: sessions, messages: messages}
	if h.house, h.server, err = (bed{database: db, dir: dir}).furnished(ctx, 1); err != nil {
		db.drop()
		return nil, err
	}
	h.api = newAgentAPI(h.server.addr, h.house.agents[0])
	begin := time.Now()
	if err = fill(ctx, db, sessions); err == nil {
		err = talk(ctx, db, messages)
	}
	r.say("    %s: %d sessions made in %.0f s", kind, sessions, time.Since(begin).Seconds())
	if err == nil && !c.Unsearched {
		err = h.index(ctx, r)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// index makes the index anew, as the program does, but without its rests.
func (h *inbox) index(ctx context.Context, r *report) error {
	s, err := openStore(h.url)
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // every step is committed
	begin := time.Now()
	x := search.New(search.Config{Store: s, Holder: "bench", Clock: core.SystemClock, Log: slog.New(slog.DiscardHandler)})
	for more := true; more; {
		if more, err = x.Step(ctx); err != nil {
			return err
		}
	}
	took := time.Since(begin)
	db, err := openDatabase(h.kind, h.url)
	if err != nil {
		return err
	}
	defer db.Close()
	var words, bytes int64
	err = db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(LENGTH(word) + LENGTH(stretches)), 0) FROM search_words`).Scan(&words, &bytes)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s, %d sessions: ", h.kind, h.sessions)
	r.add(figure{Name: name + "the index of what was said, made anew", Value: took.Seconds(), Unit: "s"})
	r.add(figure{Name: name + "its words and where they are", Value: float64(bytes) / mebibyte, Unit: "MiB"})
	r.Counts[name+"rows of the index"] = words
	return nil
}

// ask asks for a view so many times, and gives how long each took.
func (h *inbox) ask(ctx context.Context, v view, n int) ([]time.Duration, error) {
	times := make([]time.Duration, n)
	for i := range times {
		begin := time.Now()
		for _, path := range v.paths(*h) {
			if err := h.answered(ctx, path); err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", v.name, err, h.server.tail())
			}
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return times, nil
}

// answered asks once; a list without a row is an error: something would be measured that is not there.
func (h *inbox) answered(ctx context.Context, path string) error {
	var page struct{ Items *[]struct{} }
	status, err := h.api.do(ctx, http.MethodGet, path, nil, &page)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("GET %s: status %d", path, status)
	case page.Items != nil && len(*page.Items) == 0:
		return fmt.Errorf("GET %s: nothing is found", path)
	}
	return nil
}
