package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/rule"
	"parley/core/store"
	"parley/core/store/storetest"
)

// ruled gives Support a rule that creates a complaint of each message of a customer, unless change says otherwise.
func (s *shop) ruled(change func(*core.RecordRule)) core.RecordRule {
	s.t.Helper()
	r := core.RecordRule{
		Department: s.support, Name: fmt.Sprint("Rule ", s.hub.ids.Next(1)), On: core.HookMessage, When: `event.by == "customer"`, Type: s.typed().ID,
		Fields: core.FieldValues{"subject": "{{event.text}}"}, EnabledAt: 1,
	}
	change(&r)
	return must(s.hub.SetRecordRule(context.Background(), s.ada(), r, 0))
}

// follow runs rules over a hub until a test ends.
func (s *shop) follow(h *Hub) *rule.Rules {
	s.t.Helper()
	x := rule.New(rule.Config{Store: h.store, Writer: h.writer, Holder: fmt.Sprint(h.ids.Next(1)), Create: h.RecordByRule, Clock: h.clock, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = x.Run(ctx) })
	s.t.Cleanup(func() { cancel(); running.Wait() })
	return x
}

// titled waits until a session has so many records, and gives their titles.
func (s *shop) titled(id core.SessionID, n int) (titles []string) {
	s.t.Helper()
	var rows []store.RecordRow
	for until := time.Now().Add(30 * time.Second); len(rows) < n && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		rows = must(s.store.RecordsOf(context.Background(), s.sofia.Scope(), id))
	}
	for _, r := range rows {
		titles = append(titles, r.Title)
	}
	return titles
}

func TestF3_ARuleCreatesRecordsAndTheyAreItsOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		early := s.write("carla", "before")
		r := s.ruled(func(r *core.RecordRule) {})
		s.follow(s.hub)
		if strings.HasPrefix(url, "postgres") {
			s.follow(s.node(url))
		}
		id := s.write("dan", "my lamp is broken")
		s.write("dan", "my lamp is broken") // the same form
		s.write("dan", "and late")
		if got := s.titled(id, 2); !slices.Equal(got, []string{"my lamp is broken", "and late"}) {
			t.Errorf("got %q", got)
		}
		row := must(s.store.RecordsOf(t.Context(), s.sofia.Scope(), id))[0]
		if row.Rule != r.Name || row.CreatedBy != 0 || row.Author != "" || row.State != core.RecordOwed {
			t.Errorf("got %+v", row)
		}
		s.mu.Lock()
		var marks int
		for _, e := range s.events {
			if e.Kind != core.EventRecordCreated {
				continue
			}
			x := must(core.ParseExtra(e.Data))
			if marks++; e.ActorKind != core.BySystem || e.Actor != 0 || e.Audience != core.AgentsOnly || x.Record.Rule != r.Name || e.Session != id {
				t.Errorf("got %+v, %+v", e, x.Record)
			}
		}
		s.mu.Unlock()
		if got := s.titled(early, 0); marks != 2 && strings.HasPrefix(url, "sqlite") || len(got) != 0 {
			t.Errorf("got %d events, and of the past %q", marks, got)
		}
		s.healthy()
	})
}

// What rules may not be, and who may set them.
func TestF3_SettingARule(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		r := s.ruled(func(r *core.RecordRule) {})
		if r.Version != 1 || r.ID == 0 || r.EnabledAt <= 1 {
			t.Errorf("got %+v", r)
		}
		other := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.sales, Name: "Lead", Fields: core.Fields{{Name: "subject", Label: "Subject", Kind: core.FieldText}}}, 0))
		gone := must(s.hub.SetRecordType(t.Context(), s.ada(), core.RecordType{Department: s.support, Name: "Gone", Fields: core.Fields{{Name: "subject", Label: "Subject", Kind: core.FieldText}}}, 0))
		if err := s.hub.RemoveRecordType(t.Context(), s.ada(), gone.ID); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			change  func(*core.RecordRule)
			version int64
			kind    core.Kind
			field   string
		}{
			"another rule's name":       {func(n *core.RecordRule) { n.Name = r.Name }, 0, core.Invalid, "name"},
			"no name":                   {func(n *core.RecordRule) { n.Name = " " }, 0, core.Invalid, "name"},
			"an event that is none":     {func(n *core.RecordRule) { n.On = core.HookRecord }, 0, core.Invalid, "on"},
			"no type":                   {func(n *core.RecordRule) { n.Type = 0 }, 0, core.Invalid, "type"},
			"a type of elsewhere":       {func(n *core.RecordRule) { n.Type = other.ID }, 0, core.Invalid, "type"},
			"a type that is gone":       {func(n *core.RecordRule) { n.Type = gone.ID }, 0, core.Invalid, "type"},
			"a field that is not there": {func(n *core.RecordRule) { n.Fields["colour"] = "red" }, 0, core.Invalid, "fields"},
			"a field that must be":      {func(n *core.RecordRule) { n.Fields["subject"] = "" }, 0, core.Invalid, "fields.subject"},
			"no number":                 {func(n *core.RecordRule) { n.Fields["amount"] = "many" }, 0, core.Invalid, "fields.amount"},
			"no condition":              {func(n *core.RecordRule) { n.When = "session.state" }, 0, core.Invalid, "when"},
			"no such rule":              {func(n *core.RecordRule) { n.ID = 7 }, 0, core.NotFound, ""},
			"changed since":             {func(n *core.RecordRule) { n.ID, n.Name = r.ID, "x" }, 2, core.Taken, ""},
		} {
			n := r
			n.ID, n.Name, n.Fields = 0, "New", core.FieldValues{"subject": "x"}
			c.change(&n)
			_, err := s.hub.SetRecordRule(t.Context(), s.ada(), n, c.version)
			if e, _ := errors.AsType[*core.Error](err); e == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("%s: got %v, want %s %s", name, err, c.kind, c.field)
			}
		}
		for _, who := range []core.Actor{s.anna, s.sofia} {
			if _, err := s.hub.SetRecordRule(t.Context(), who, r, 0); core.KindOf(err) != core.Forbidden {
				t.Errorf("%s: got %v", who.Agent.Name, err)
			}
			if err := s.hub.RemoveRecordRule(t.Context(), who, r.ID); core.KindOf(err) != core.Forbidden {
				t.Errorf("%s: got %v", who.Agent.Name, err)
			}
		}
		same := must(s.hub.SetRecordRule(t.Context(), s.ada(), r, 1))
		if same.Version != 1 {
			t.Errorf("as it was: got %+v", same)
		}
		off := r
		off.EnabledAt, off.Department = 0, s.sales
		if off = must(s.hub.SetRecordRule(t.Context(), s.ada(), off, 1)); off.Version != 2 || off.Enabled() || off.Department != s.support {
			t.Errorf("got %+v", off)
		}
		off.EnabledAt = 1
		if on := must(s.hub.SetRecordRule(t.Context(), s.ada(), off, 0)); on.EnabledAt < r.EnabledAt {
			t.Errorf("got %+v, want it on from now", on)
		}
		for i := range core.MaxRecordRules {
			n := r
			n.ID, n.Name = 0, fmt.Sprint("n", i)
			_, err := s.hub.SetRecordRule(t.Context(), s.ada(), n, 0)
			if want := i == core.MaxRecordRules-1; (core.KindOf(err) == core.Invalid) != want {
				t.Errorf("rule %d: got %v", i+2, err)
			}
		}
		if err := s.hub.RemoveRecordRule(t.Context(), s.ada(), r.ID); err != nil {
			t.Error(err)
		}
		if err := s.hub.RemoveRecordRule(t.Context(), s.ada(), r.ID); core.KindOf(err) != core.NotFound {
			t.Errorf("again: got %v", err)
		}
	})
}

// A type that changes or goes under a rule is the rule's failure, which it tells; a rule that is off creates nothing, found or not.
func TestF3_WhatGoesUnderARule(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		r := s.ruled(func(r *core.RecordRule) {})
		id := s.write("carla", "hello")
		by := func(fields core.FieldValues) (failure string) {
			t.Helper()
			_, err := s.hub.writer.Do(t.Context(), store.Job{Do: func(w *store.Work) (err error) {
				fault, err := s.hub.RecordByRule(w, core.RuleFind{Rule: r.ID, Session: id, Form: fields})
				failure = fault.Reason
				return err
			}})
			if err != nil {
				t.Error(err)
			}
			return failure
		}
		kind := s.typed()
		kind.Fields = append(kind.Fields, core.Field{Name: "place", Label: "Place", Kind: core.FieldText, Required: true})
		kind = must(s.hub.SetRecordType(t.Context(), s.ada(), kind, 0))
		if got := by(core.FieldValues{"subject": "x"}); got != "The field “Place” must be filled in." {
			t.Errorf("got %q", got)
		}
		if got := by(core.FieldValues{"subject": "x", "place": "y"}); got != "" || len(s.titled(id, 1)) != 1 {
			t.Errorf("got %q and %q", got, s.titled(id, 1))
		}
		s.do(s.oleg, core.Transfer{Session: id, To: s.sales})
		if got := by(core.FieldValues{"subject": "z", "place": "y"}); got != "This department has no such kind of record." {
			t.Errorf("got %q", got)
		}
		id = s.write("dan", "hello")
		if err := s.hub.RemoveRecordType(t.Context(), s.ada(), kind.ID); err != nil {
			t.Fatal(err)
		}
		if got := by(core.FieldValues{"subject": "x", "place": "y"}); got != "This kind of record is not offered any more." {
			t.Errorf("got %q", got)
		}
		if err := s.hub.RemoveRecordRule(t.Context(), s.ada(), r.ID); err != nil {
			t.Fatal(err)
		}
		if got := by(core.FieldValues{"subject": "x"}); got != "" || len(s.titled(id, 0)) != 0 {
			t.Errorf("got %q and %q", got, s.titled(id, 0))
		}
	})
}

func TestG5_RulesAreNoted(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	r := s.ruled(func(r *core.RecordRule) { r.Name, r.When = "Lamps", "" })
	ctx, off := core.WithHand(t.Context(), s.ada().Hand()), r
	off.When, off.EnabledAt = "session.offline", 0
	off = must(s.hub.SetRecordRule(ctx, s.ada(), off, 0))
	must(s.hub.SetRecordRule(ctx, s.ada(), off, 0)) // as it is
	if err := s.hub.RemoveRecordRule(ctx, s.ada(), r.ID); err != nil {
		t.Fatal(err)
	}
	all := s.audited()[:3]
	slices.Reverse(all)
	for i, want := range []struct {
		action core.AuditAction
		has    []string
		not    string
	}{
		{core.AuditRuleAdded, []string{`"name":{"after":"Lamps"}`, `"fields.subject":{"after":"{{event.text}}"}`, `"enabled":{"after":true}`}, "when"},
		{core.AuditRuleChanged, []string{`"when":{"after":"session.offline"}`, `"enabled":{"before":true,"after":false}`}, "name"},
		{core.AuditRuleRemoved, []string{`"name":{"before":"Lamps"}`}, "after"},
	} {
		got := all[i]
		if got.Action != want.action || got.Subject != core.AuditedRecordRule || got.SubjectID != r.ID.String() || i > 0 && got.Agent != s.ada().Agent.ID || strings.Contains(got.Changes, want.not) {
			t.Errorf("got %+v, want %s", got, want.action)
		}
		for _, part := range want.has {
			if !strings.Contains(got.Changes, part) {
				t.Errorf("%s: got %s, want %s in it", got.Action, got.Changes, part)
			}
		}
	}
}
