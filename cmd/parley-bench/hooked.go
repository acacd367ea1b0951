package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/core"
	"parley/core/hook"
	"parley/core/store"
	"parley/core/webhook"
)

// dropEach is which of the calls are dropped after they were heard. Each holds the others up for some seconds.
const dropEach = 300

// ear is somebody's system that a hook calls: it hears what happens to sessions.
type ear struct {
	*siege
	server *http.Server
	hook   *standardwebhooks.Webhook
	leases *store.Store

	mu    sync.Mutex
	heard []heard
	calls int
}

// heard is a call as it came.
type heard struct {
	id    string // webhook-id
	event string // of the log
}

// listen subscribes an ear to what happens to sessions, before the program starts. Messages are told alike; all of them would take it a minute more
// than the run.
func listen(ctx context.Context, s *siege, url string) (*ear, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	secret := webhook.NewSecret()
	e := &ear{siege: s}
	if e.hook, err = standardwebhooks.NewWebhook(secret.Reveal()); err != nil {
		return nil, err
	}
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	go e.server.Serve(l) //nolint:errcheck // ends with Close
	house, err := startEngine(ctx, url)
	if err != nil {
		return nil, errors.Join(err, e.server.Close())
	}
	guard := webhook.NewGuard([]string{"127.0.0.1"})
	events := []core.HookEvent{core.HookStarted, core.HookAssigned, core.HookEnded}
	_, err = house.hub.AddHook(ctx, core.Actor{}, core.Hook{
		Name: "ear", URL: "http://" + l.Addr().String(), Events: events, Sealed: hook.New(hook.Config{Guard: guard, Key: secretKey}).Seal(secret),
	}, "")
	if err = errors.Join(err, house.rule(ctx, s.house.department), house.stop()); err == nil {
		later := func() time.Time { return core.SystemClock().Add(time.Minute) }
		e.leases, err = store.Open(store.Options{URL: url, Clock: core.SystemClock, LeaseClock: later, Log: slog.New(slog.DiscardHandler)})
	}
	if err != nil {
		return nil, errors.Join(err, e.server.Close())
	}
	s.server.env = append(s.server.env, "PARLEY_INSIDE_HOSTS=127.0.0.1")
	return e, nil
}

func (e *ear) close() { _, _ = e.server.Close(), e.leases.Close() }

func (e *ear) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // its program was killed
	}
	if err := e.hook.Verify(body, r.Header); err != nil {
		e.fail("a call to a hook: %v", err)
	}
	var call struct {
		Data struct{ Event struct{ ID string } }
	}
	if err := json.Unmarshal(body, &call); err != nil {
		e.fail("a call to a hook is no JSON: %v", err)
	}
	e.look("a hook", body)
	e.mu.Lock()
	e.heard = append(e.heard, heard{r.Header.Get("webhook-id"), call.Data.Event.ID})
	e.calls++
	drop := e.calls%dropEach == 0
	e.mu.Unlock()
	if drop {
		panic(http.ErrAbortHandler)
	}
}

// free ends the leases of a program that was killed, as time would: kills follow each other faster.
func (e *ear) free(ctx context.Context) error {
	for _, lease := range []string{"hooks", "rules"} {
		epoch, ok, err := e.leases.TakeLease(ctx, lease, "bench", time.Second)
		if err != nil || !ok {
			return fmt.Errorf("free the lease of %s: %v, %w", lease, ok, err)
		}
		if err := e.leases.ReleaseLease(ctx, lease, epoch); err != nil {
			return err
		}
	}
	return nil
}

// wanted gives what a hook should have been told, by the log.
func (r record) wanted() map[string]bool {
	all := map[string]bool{}
	for _, events := range r.events {
		for _, e := range events {
			switch e.Kind {
			case "started", "taken", "assigned", "ended":
				all[e.ID] = true
			}
		}
	}
	return all
}

// verdict waits until all was heard, or nothing for a while, and compares: each at least once, each with one id, for the first time in the order of the log,
// and nothing that is not in the log.
func (e *ear) verdict(ctx context.Context, r record) (c counts, again int) {
	wanted := r.wanted()
	for before, until := e.missing(wanted), time.Now().Add(waitTime); before > 0 && time.Now().Before(until) && ctx.Err() == nil; {
		pause(ctx, 50*time.Millisecond)
		if missing := e.missing(wanted); missing < before {
			before, until = missing, time.Now().Add(waitTime)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	ids, events := map[string]string{}, map[string]string{}
	last := int64(0)
	for _, h := range e.heard {
		number, err := strconv.ParseInt(strings.TrimPrefix(h.event, "msg_"), 36, 64)
		switch id, known := events[h.event]; {
		case err != nil || !wanted[h.event]:
			c.unknown++
		case known && id == h.id:
			again++
		case known || ids[h.id] != "":
			c.doubled++
		case number < last:
			c.disordered++
		default:
			last = number
		}
		if events[h.event] == "" {
			ids[h.id], events[h.event] = h.event, h.id
		}
	}
	for event := range wanted {
		if events[event] == "" {
			c.lost++
		}
	}
	if c != (counts{}) {
		e.fail("the hook heard %d calls of %d events: %d missing, %d with two ids, %d out of order, %d unknown", len(e.heard), len(wanted), c.lost, c.doubled, c.disordered, c.unknown)
	}
	return c, again
}

// report adds the counts of what was heard.
func (e *ear) report(run crashRun, r *report, c counts, again int) {
	for name, n := range map[string]int{
		"calls": len(e.heard), "heard again, with one id": again, "lost": c.lost, "with two ids": c.doubled, "out of order": c.disordered, "unknown": c.unknown,
	} {
		r.Counts[run.kind+": hook: "+name] = int64(n)
	}
}

func (e *ear) missing(wanted map[string]bool) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	events := map[string]bool{}
	for _, h := range e.heard {
		if wanted[h.event] {
			events[h.event] = true
		}
	}
	return len(wanted) - len(events)
}
