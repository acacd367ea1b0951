package rule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestF3_ARuleCreatesARecordOfEachEventThatItWaitsFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule func(*core.RecordRule)
		want []string
	}{
		"of each message": {as, []string{"one lamp", "two", "agent"}},
		"of some":         {func(r *core.RecordRule) { r.When = `event.text contains "lamp"` }, []string{"one lamp"}},
		"of the customer's": {func(r *core.RecordRule) {
			r.When, r.Fields = `event.by == "customer"`, core.FieldValues{"subject": "{{customer.name}}: {{event.text}}"}
		}, []string{"Carla: one lamp", "Carla: two"}},
		"of each, as a form begins": {func(r *core.RecordRule) { r.When, r.Fields = `event.by == "agent"`, nil }, []string{"before"}},
		"of who began":              {func(r *core.RecordRule) { r.On, r.Fields["subject"] = core.HookStarted, "{{event.kind}}" }, []string{"session.started"}},
		"of who got it":             {func(r *core.RecordRule) { r.On, r.Fields["subject"] = core.HookAssigned, "{{event.by}}" }, []string{"agent"}},
		"of its end":                {func(r *core.RecordRule) { r.On, r.Fields["subject"] = core.HookEnded, "{{session.lasted}} s" }, []string{"31 s"}},
		"of its rating": {func(r *core.RecordRule) {
			r.On, r.Fields["subject"] = core.HookRated, "{{session.rating}}: {{event.text}}"
		}, []string{"bad: too slow"}},
		"where it is off": {func(r *core.RecordRule) { r.EnabledAt = 0 }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				h := open(t, url)
				h.say(h.support.session, "before")
				r := h.add(c.rule)
				h.happens(h.support.session, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer})
				h.say(h.support.session, "one lamp", "two")
				h.happens(h.support.session, core.Event{Kind: core.EventMessage, Audience: core.AgentsOnly, ActorKind: core.ByAgent, Text: "a note on the lamp"})
				h.happens(h.support.session, core.Event{Kind: core.EventTaken, Audience: core.Everyone, ActorKind: core.ByAgent})
				h.happens(h.support.session, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByAgent, Text: "agent"})
				h.say(h.sales.session, "sold a lamp")
				h.rate(h.support.session, core.Bad, "too slow")
				h.turn(morning.Add(50 * time.Second).Sub(h.now())) // the session began after 20 s
				h.happens(h.support.session, core.Event{Kind: core.EventEnded, Audience: core.Everyone, ActorKind: core.ByAgent})
				h.step()
				h.step()
				if got := h.titles(); !slices.Equal(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if got := h.rule(r.ID); got.Failures != 0 || got.Reason != "" {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

func TestF3_ARuleSeesNothingOfThePast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.say(h.support.session, "before any rule")
		first := h.add(as)
		h.say(h.support.session, "one")
		h.turn(time.Second)
		second := h.add(func(r *core.RecordRule) { r.Fields["subject"] = "second: {{event.text}}" }) // before the first has looked
		h.step()
		first.EnabledAt, first.Version = 0, 2
		h.put(first)
		h.say(h.support.session, "two")
		h.step()
		second.EnabledAt, second.Version = 0, 2
		h.put(second)
		h.say(h.support.session, "while all are off")
		h.step()
		h.turn(time.Second)
		first.EnabledAt, first.Version = core.At(h.now()), 3
		h.put(first)
		h.say(h.support.session, "three")
		h.step()
		if got, want := h.titles(), []string{"one", "second: two", "three"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// What one rule cannot do is noted with it, in words, and holds up neither it nor others.
func TestF3_ARuleThatFailsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		tooLong := core.RuleFault{Reason: "What it writes is too long."}
		bad := map[core.RuleFault]core.RecordRule{
			{Field: "when", Reason: "The condition could not be worked out for this session, at column 1."}:                  h.add(func(r *core.RecordRule) { r.When = "int(event.text) == 1" }),
			{Field: "fields.subject", Reason: "The field “Subject” could not be worked out for this session, at column 10."}: h.add(func(r *core.RecordRule) { r.Fields["subject"] = "number {{int(event.text)}}" }),
			{Field: "fields.subject", Reason: "The field “Subject” must be filled in."}:                                      h.add(func(r *core.RecordRule) { r.Fields["subject"] = "{{session.outcome}}" }),
			{Field: "fields.amount", Reason: "The field “Amount” must be a number such as -12.5."}:                           h.add(func(r *core.RecordRule) { r.Fields["amount"] = "{{event.text}}" }),
			tooLong: h.add(func(r *core.RecordRule) { r.Fields["subject"] = strings.Repeat("{{event.text}}", 40) }),
		}
		h.add(as)
		long := strings.Repeat("x", 2000)
		h.say(h.support.session, "one", long, "3")
		h.step()
		if got := h.titles(); !slices.Contains(got, "one") || !slices.Contains(got, "3") {
			t.Errorf("got %q", got)
		}
		for fault, r := range bad {
			if fault == tooLong {
				continue
			}
			got := h.rule(r.ID)
			if got.RuleFault != fault || got.Failures < 2 || got.FailedAt == 0 {
				t.Errorf("got %d times %q, want %q", got.Failures, got.RuleFault, fault)
			}
			got.Version++
			h.put(got)
			if got = h.rule(r.ID); got.Failures != 0 || got.RuleFault != (core.RuleFault{}) {
				t.Errorf("changed: got %d times %q", got.Failures, got.RuleFault)
			}
		}
		if got := h.rule(bad[tooLong].ID); got.Failures != 1 || got.RuleFault != tooLong {
			t.Errorf("got %d times %q", got.Failures, got.RuleFault)
		}
	})
}

// RELIABILITY: whoever loses the lease creates nothing any more, and the next one begins where it was written down: each once.
func TestF3_OverNodesAndFailuresEachOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r := h.add(as)
		h.say(h.support.session, "one", "two")
		h.broken = true
		if _, err := h.held.follow(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("got %v, want what the disk says", err)
		}
		if got := h.rule(r.ID); got.Failures != 0 {
			t.Errorf("it is not the rule's: got %+v", got)
		}
		h.broken = false
		old := h.held
		h.held = h.lease(h.node("two"))
		if _, err := old.follow(t.Context()); core.KindOf(err) != core.Gone {
			t.Errorf("the old one: got %v, want Gone", err)
		}
		h.step()
		h.say(h.support.session, "three")
		cursor, err := h.store.RuleCursor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = h.held.keep(t.Context(), cursor.Seen-1, cursor.Head, []core.RuleFind{{Rule: r.ID, Session: h.support.session, Form: core.FieldValues{"subject": "again"}}})
		if core.KindOf(err) != core.Gone {
			t.Errorf("a step from where the log was followed already: got %v, want Gone", err)
		}
		h.held = h.lease(h.node("three"))
		h.step()
		if got, want := h.titles(), []string{"one", "two", "three"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// Killed at any moment: between any two steps another node goes on, and now and then nothing can be written.
func TestF3_ModelOfKills(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.add(func(r *core.RecordRule) { r.When = `event.text contains "1"` })
		var want []string
		for i := range 60 {
			text := fmt.Sprint("message ", i)
			if h.say(h.support.session, text); strings.Contains(text, "1") {
				want = append(want, text)
			}
			h.broken = i%7 == 3
			_, _ = h.held.follow(t.Context())
			if h.broken = false; i%5 == 4 {
				h.held = h.lease(h.node(fmt.Sprint("node ", i)))
			}
		}
		h.step()
		if got := h.titles(); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// A step ends in time whatever rules there are: the next one goes on behind what it has looked at, and nothing is passed over.
func TestF3_AStepHasAnEnd(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.add(as)
	h.add(func(r *core.RecordRule) { r.Fields["subject"] = "too: {{event.text}}" })
	h.say(h.support.session, "one", "two", "three")
	h.held.Clock = func() time.Time { h.turn(lookTime/2 + time.Millisecond); return h.now() } // whenever somebody looks
	before := h.held.seen
	if _, err := h.held.follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if cursor, err := h.store.RuleCursor(t.Context()); err != nil || cursor.Seen <= before || cursor.Seen >= cursor.Head {
		t.Errorf("got %+v, %v, want a part of the log", cursor, err)
	}
	for i := 0; i < 10; i++ {
		if _, err := h.held.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := h.titles(), []string{"one", "too: one", "two", "too: two", "three", "too: three"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Rows that concern no rule are not written down one by one; and a rule that another program has kept, which this one cannot read, holds up no other.
func TestF3_IdleRowsAndRulesOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.add(func(r *core.RecordRule) { r.When = "tomorrow()" })
	h.add(func(r *core.RecordRule) { r.When = `event.text == "x"` })
	start, err := h.store.RuleCursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.say(h.support.session, "a", "b")
	h.step()
	if now, err := h.store.RuleCursor(t.Context()); err != nil || now.Seen != start.Seen {
		t.Errorf("got %+v, %v, want it where it was", now, err)
	}
	h.write(func(w *store.Work) error {
		s, err := w.Session(h.support.session)
		for range mostIdle {
			w.Append(&s, core.Event{Kind: core.EventLost, Audience: core.AgentsOnly, ActorKind: core.BySystem})
		}
		return err
	})
	h.step()
	if now, err := h.store.RuleCursor(t.Context()); err != nil || now.Seen < start.Seen+mostIdle {
		t.Errorf("got %+v, %v, want it moved", now, err)
	}
	h.say(h.support.session, "x")
	h.step()
	if got := h.titles(); !slices.Equal(got, []string{"x"}) || !strings.Contains(h.logged.String(), "a rule cannot be read") {
		t.Errorf("got %q, log %s", got, h.logged.String())
	}
}

func TestF3_ATrialWritesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		h.say(h.support.session, "one lamp", "one lamp", "two", "x lamp")
		h.say(h.sales.session, "sold lamp")
		try := func(scope core.Scope, change func(*core.RecordRule)) Trial {
			t.Helper()
			r := core.RecordRule{Department: h.support.department, Name: "x", On: core.HookMessage, Type: h.support.kind.ID, When: `event.text contains "lamp"`,
				Fields: core.FieldValues{"subject": "{{event.text}}", "amount": `{{event.text startsWith "x" ? "many" : "2"}}`}}
			change(&r)
			got, err := h.rules.Try(t.Context(), scope, r, 5)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		got := try(h.scope(), as)
		if got.Sessions != 1 || got.Events != 4 || got.Cut || len(got.Finds) != 2 {
			t.Fatalf("got %+v", got)
		}
		if f := got.Finds[0]; f.Title != "one lamp" || f.Fields["amount"] != "2" || f.Session.ID != h.support.session || f.Fault != (core.RuleFault{}) {
			t.Errorf("got %+v", f)
		}
		if f := got.Finds[1]; f.Title != "" || f.Fault != (core.RuleFault{Field: "fields.amount", Reason: "The field “Amount” must be a number such as -12.5."}) {
			t.Errorf("got %+v", f)
		}
		if got := try(core.Scope{Departments: []core.DepartmentID{h.sales.department}}, as); got.Sessions != 0 || len(got.Finds) != 0 {
			t.Errorf("who does not see the department: got %+v", got)
		}
		if len(h.titles()) != 0 {
			t.Errorf("got %q, want nothing written", h.titles())
		}
		for field, change := range map[string]func(*core.RecordRule){
			"when": func(r *core.RecordRule) { r.When = "1 +" }, "type": func(r *core.RecordRule) { r.Type = h.sales.kind.ID },
			"fields": func(r *core.RecordRule) { r.Fields["colour"] = "red" }, "fields.subject": func(r *core.RecordRule) { r.Fields["subject"] = " " },
			"fields.amount": func(r *core.RecordRule) { r.Fields["amount"] = "many" },
		} {
			r := core.RecordRule{Department: h.support.department, Name: "x", On: core.HookMessage, Type: h.support.kind.ID, Fields: core.FieldValues{"subject": "x"}}
			change(&r)
			if _, err := h.rules.Try(t.Context(), h.scope(), r, 5); reasonOf(err) == nil || reasonOf(err).Field != field {
				t.Errorf("got %v, want it refused for %s", err, field)
			}
		}
	})
}

// What is long is cut, and says so.
func TestF3_ATrialHasAnEnd(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.write(func(w *store.Work) error {
		s, err := w.Session(h.support.session)
		for i := range mostShown + 50 {
			w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Text: fmt.Sprint(i)})
		}
		return err
	})
	r := core.RecordRule{Department: h.support.department, Name: "x", On: core.HookMessage, Type: h.support.kind.ID, Fields: core.FieldValues{"subject": "{{event.text}}"}}
	got, err := h.rules.Try(t.Context(), h.scope(), r, 1000)
	if err != nil || !got.Cut || len(got.Finds) != mostShown {
		t.Errorf("got %d finds, cut %v, %v", len(got.Finds), got.Cut, err)
	}
	h.rules.Clock = func() time.Time { h.turn(2 * time.Second); return h.now() }
	got, err = h.rules.Try(t.Context(), h.scope(), r, 1000)
	if err != nil || !got.Cut || got.Events == 0 || got.Events > 10 {
		t.Errorf("got %d events, cut %v, %v", got.Events, got.Cut, err)
	}
}

// Run does it by itself, and stops.
func TestF3_RunCreatesWithinASecondOrSo(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.turn(2 * leaseTime) // nobody holds the lease
	h.add(as)
	h.say(h.support.session, "one")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.rules.Run(ctx) }()
	for until := time.Now().Add(30 * time.Second); len(h.titles()) == 0 && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil || !slices.Equal(h.titles(), []string{"one"}) {
		t.Errorf("got %q, %v", h.titles(), err)
	}
}

// A customer gets one account, and one who has it gets none.
func TestF2_ATrialOfAccounts(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.SQLite(t))
	h.say(h.support.session, "one lamp", "two lamps")
	contact := core.RecordType{
		ID: core.RecordTypeID(h.id()), Department: h.support.department, Name: "Contact", Use: core.UseAccount, Version: 1,
		Fields: core.Fields{{Name: "name", Label: "Name", Kind: core.FieldText, Required: true}},
	}
	h.write(func(w *store.Work) error { w.PutRecordType(contact); return nil })
	r := core.RecordRule{Department: h.support.department, Name: "x", On: core.HookMessage, Type: contact.ID}
	try := func() []Tried {
		t.Helper()
		got, err := h.rules.Try(t.Context(), h.scope(), r, 5)
		if err != nil {
			t.Fatal(err)
		}
		return got.Finds
	}
	if got := try(); len(got) != 1 || got[0].Title != "Carla" {
		t.Errorf("got %+v", got)
	}
	h.write(func(w *store.Work) error {
		s, err := w.Session(h.support.session)
		if err != nil {
			return err
		}
		c, err := w.CustomerOf(s)
		account := core.NewAccount(core.RecordID(h.id()), contact, s, c, core.FieldValues{"name": "Carla"}, 0, w.Now())
		w.AddRecord(account)
		w.AddAccount(core.Account{Customer: c, Record: account.ID, Session: s.ID, At: w.Now()})
		return err
	})
	if got := try(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestF3_ATrialShowsARatingThatFailsAndTheRecordThatFollowsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		r := h.add(func(r *core.RecordRule) { r.On, r.Fields["subject"] = core.HookRated, "{{event.text}}" })
		for _, comment := range []string{"", "too slow", "far too slow"} {
			h.rate(h.support.session, core.Bad, comment)
		}
		trial, err := h.rules.Try(t.Context(), h.scope(), r, 5)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range trial.Finds {
			got = append(got, f.Title+f.Fault.Field)
		}
		if want := []string{"fields.subject", "far too slow"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
