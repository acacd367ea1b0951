package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// Random groups of random jobs, some of which fail, see and leave what a model without groups sees and leaves.
func TestAgainstAModel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			w, m := newWorld(h, run)
			for range rapid.IntRange(1, 3).Draw(rt, "groups") {
				h.clock.turn(1_000_000)
				acts := make([]act, rapid.IntRange(1, 6).Draw(rt, "jobs"))
				jobs, saw := make([]store.Job, len(acts)), make([]strings.Builder, len(acts))
				for i := range acts {
					acts[i] = draw(rt, h, run)
					jobs[i] = w.job(acts[i], &saw[i])
				}
				m.now = core.At(h.clock.now())
				results := h.group(jobs...)
				for i, a := range acts {
					m = w.compare(rt, m, a, results[i], saw[i].String())
				}
				w.settle(rt, m)
			}
		})
		h.healthyLog()
	})
}

func newWorld(h *house, run int) (world, *model) {
	h.t.Helper()
	w := world{house: h, department: core.DepartmentID(1_000_000 + run), channel: core.ChannelID(1_000_000 + run)}
	m := &model{
		sessions: map[core.SessionID]core.Session{}, parts: map[[2]int64]core.Participant{}, identities: map[core.RemoteID]core.Identity{},
		blocked: map[core.RemoteID]core.Blocked{},
		agents:  map[core.AgentID]core.Actor{}, bodies: map[string]string{},
		department: core.Department{ID: w.department, Slug: fmt.Sprint("run-", run), Name: fmt.Sprint("Run ", run), Zone: "UTC", CreatedAt: core.At(h.clock.now()), Switch: core.Switch{SwitchedOn: true}},
	}
	for i := range 2 {
		a := person(core.AgentID(1_000_000+run*2+i), fmt.Sprintf("Agent%d-%d X", run, i), core.Roles{w.department: core.Operator})
		m.agents[a.Agent.ID] = a
	}
	h.must(h.do(store.Job{Do: func(work *store.Work) error {
		work.AddDepartment(m.department)
		work.AddChannel(core.Channel{ID: w.channel, Slug: m.department.Slug, Kind: "widget", Department: w.department, Settings: []byte(`{}`)})
		for _, a := range m.agents {
			work.PutAgent(a)
		}
		return nil
	}}))
	var err error
	if w.head, err = h.store.LogHead(ctx); err != nil {
		h.t.Fatal(err)
	}
	return w, m
}

func draw(rt *rapid.T, h *house, run int) act {
	return act{
		verb:     rapid.SampledFrom([]string{"hear", "hear", "note", "hold", "read", "end", "end and begin", "rename", "block"}).Draw(rt, "verb"),
		customer: core.RemoteID(rapid.SampledFrom([]string{"carla", "dora"}).Draw(rt, "customer")),
		agent:    core.AgentID(1_000_000 + run*2 + rapid.IntRange(0, 1).Draw(rt, "agent")),
		ids:      [3]int64{h.id(), h.id(), h.last.Add(2) - 1},
		key:      rapid.SampledFrom([]string{"", "", "one", "two"}).Draw(rt, "key"),
		seq:      rapid.Int64Range(0, 9).Draw(rt, "seq"),
		failing:  rapid.SampledFrom([]string{"", "", "", "refuse", "panic"}).Draw(rt, "failing"),
		named:    rapid.Bool().Draw(rt, "named"),
	}
}

func (w world) job(a act, saw *strings.Builder) store.Job {
	j := store.Job{Body: a.body(), Do: func(work *store.Work) error { return w.perform(work, a, saw) }}
	if a.key != "" {
		j.Dedupe = fmt.Sprint("run", w.department, ":", a.key)
	}
	if a.named {
		j.Touch = func(k *store.Keys) {
			k.Open(w.channel, a.customer, a.customer, w.department)
			k.Agent(a.agent)
		}
	}
	return j
}

// compare does the act on the model too, and gives the model after it.
func (w world) compare(rt *rapid.T, m *model, a act, got result, saw string) *model {
	rt.Helper()
	if body, used := m.bodies[a.key]; used {
		switch {
		case body != a.body() && core.KindOf(got.err) != core.Invalid:
			rt.Fatalf("%s: got %v, want invalid for a key used otherwise", a, got.err)
		case body == a.body() && (got.err != nil || !got.commit.Repeat || len(got.commit.Events) != 1 || !strings.HasSuffix(got.commit.Events[0].Dedupe, ":"+a.key)):
			rt.Fatalf("%s: got %+v, want the first answer", a, got)
		}
		return m
	}
	next := m.copied()
	if next.key = ""; a.key != "" {
		next.key = fmt.Sprint("run", w.department, ":", a.key)
	}
	var want strings.Builder
	err := func() (err error) {
		defer func() {
			if recover() != nil {
				err = errors.New("panicked")
			}
		}()
		return w.perform(next, a, &want)
	}()
	if saw != want.String() {
		rt.Fatalf("%s saw\n%s\nwant\n%s", a, saw, want.String())
	}
	if (err == nil) != (got.err == nil) || core.KindOf(err) != core.KindOf(got.err) {
		rt.Fatalf("%s: got %v, want %v", a, got.err, err)
	}
	if err != nil {
		return m
	}
	events := next.events[len(m.events):]
	if len(got.commit.Events) != len(events) || got.commit.Repeat {
		rt.Fatalf("%s: got %+v, want %d events", a, got.commit, len(events))
	}
	for i := range events {
		placed := events[i] // the model's events get their places when the group is over
		placed.ID = w.head + core.EventID(len(m.events)+i+1)
		if got.commit.Events[i] != placed {
			rt.Fatalf("%s: got %+v, want %+v", a, got.commit.Events[i], placed)
		}
		if events[i].Dedupe != "" {
			next.bodies[a.key] = a.body()
		}
	}
	return next
}

// settle compares everything that is kept with the model, whose sessions learn their numbers from it.
func (w world) settle(rt *rapid.T, m *model) {
	rt.Helper()
	for i := range m.events {
		m.events[i].ID = w.head + core.EventID(i+1)
	}
	scope := core.Scope{Departments: []core.DepartmentID{w.department}}
	page, err := w.house.store.Sessions(ctx, scope, store.SessionFilter{}, "", 100)
	if err != nil || len(page.Items) != len(m.sessions) {
		rt.Fatalf("got %d sessions and %v, want %d", len(page.Items), err, len(m.sessions))
	}
	parts := 0
	for _, kept := range page.Items {
		want := m.sessions[kept.ID]
		if want.Number == 0 {
			want.Number = kept.Number
			m.sessions[kept.ID] = want
		}
		if kept.Session != want {
			rt.Fatalf("kept is\n%+v\nwant\n%+v", kept.Session, want)
		}
		present, err := w.house.store.Participants(ctx, scope, kept.ID)
		if err != nil {
			rt.Fatal(err)
		}
		for _, p := range present {
			if parts++; p.Participant != m.parts[[2]int64{int64(p.Session), int64(p.Agent)}] || p.Name != m.agents[p.Agent].Agent.Name {
				rt.Fatalf("kept is %+v", p)
			}
		}
	}
	if parts != len(m.parts) {
		rt.Fatalf("got %d parts, want %d", parts, len(m.parts))
	}
	for _, customer := range []core.RemoteID{"carla", "dora"} {
		want, there := m.blocked[customer]
		got, err := w.house.store.BlockedAt(ctx, w.channel, customer)
		if got != want || (err == nil) != there {
			rt.Fatalf("blocked is %+v and %v, want %+v", got, err, want)
		}
	}
	departments, err := w.house.store.Departments(ctx, scope)
	if err != nil || len(departments) != 1 || departments[0] != m.department {
		rt.Fatalf("got %+v and %v, want %+v", departments, err, m.department)
	}
	events, err := w.house.store.LogAfter(ctx, w.head, 1000)
	if err != nil || !slices.Equal(events, m.events) {
		rt.Fatalf("got %d events and %v, want %d:\n%+v\n%+v", len(events), err, len(m.events), events, m.events)
	}
}
