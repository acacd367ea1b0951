package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

const (
	quietTime  = 3 * time.Minute
	enoughSaid = 300 // messages in which a planted fault is met
)

// quiet lets nothing more go wrong, and waits until everybody is done and nothing is owed.
func (e *everybody) quiet(ctx context.Context, db *sql.DB) {
	e.stopping.Store(true)
	e.fate.set(true)
	until := time.After(quietTime)
	for _, done := range e.doneAll() {
		select {
		case <-done:
		case <-until:
			e.fail("somebody is not done after %v", quietTime)
			return
		case <-ctx.Done():
			return
		}
	}
	left := -1
	for end := time.Now().Add(quietTime); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 200*time.Millisecond) {
		deliveries, _, err := owed(ctx, db)
		if left = deliveries; err == nil && left == 0 && e.slack.pending.Load() == 0 {
			return
		}
	}
	e.fail("%d deliveries and %d events of Slack are left", left, e.slack.pending.Load())
}

func (e *everybody) doneAll() []<-chan struct{} {
	var all []<-chan struct{}
	for _, c := range e.people {
		all = append(all, c.done())
	}
	for _, s := range e.shifts {
		all = append(all, s.ended)
	}
	return all
}

// look reads what there is, and lets the screens catch up with it.
func (e *everybody) look(ctx context.Context, db *sql.DB) (*truth, error) {
	t := &truth{kills: e.kills}
	var err error
	if t.record, err = readRecord(ctx, e.home.hands[0].api); err != nil {
		return nil, err
	}
	for end := time.Now().Add(waitTime); time.Now().Before(end); pause(ctx, 50*time.Millisecond) {
		if !e.behind(t) {
			break
		}
	}
	return t, t.database(ctx, e.siege, db)
}

// behind tells whether a screen does not show all yet.
func (e *everybody) behind(t *truth) bool {
	for _, id := range e.watcher.sessions {
		if len(e.watcher.events(id)) < len(t.events[id]) {
			return true
		}
	}
	for i, c := range e.people {
		reach := func(m logEvent) bool { return byAgent(m) && m.Audience == "everyone" }
		if v, ok := c.(visitorCustomer); ok && len(v.sees()) < len(alive(t.events[e.shifts[i].session], reach)) {
			return true
		}
	}
	return false
}

// compare holds all sides against each other.
func (e *everybody) compare(t *truth) {
	for i, c := range e.people {
		t.customer(e.siege, e.shifts[i], c)
		t.work(e.siege, e.shifts[i])
	}
	t.stream(e.siege, e.watcher)
	if len(t.sessions) != len(e.people) {
		e.fail("%d customers have %d sessions", len(e.people), len(t.sessions))
	}
}

// search looks for secrets, and lets the program recount. The program is stopped then.
func (e *everybody) search(ctx context.Context, db *sql.DB) (values int64, err error) {
	if err := e.canaries.pages(ctx, e.home.hands[0].api); err != nil {
		return 0, err
	}
	if out, err := e.server.command(ctx, "doctor").CombinedOutput(); err != nil {
		e.fail("parley doctor: %v\n%s", err, out)
	}
	deliveries, parked, err := owed(ctx, db)
	if deliveries+parked > 0 {
		e.fail("%d deliveries and %d things put aside are left", deliveries, parked)
	}
	if err != nil {
		return 0, err
	}
	if values, err = e.canaries.columns(ctx, db, e.run.kind); err != nil {
		return values, err
	}
	if err := e.server.stop(); err != nil {
		e.fail("%v", err)
	}
	if e.run.kind == "sqlite" {
		err = e.canaries.files(strings.TrimPrefix(e.run.url, "sqlite:"))
	}
	return values, errors.Join(err, e.canaries.files(e.run.dir))
}

// openDatabase opens the database beside the program.
func openDatabase(kind, url string) (*sql.DB, error) {
	if kind == "sqlite" {
		return sql.Open("sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?mode=ro")
	}
	return sql.Open("pgx", url)
}
