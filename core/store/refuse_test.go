package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// stranger makes jobs whose ids are far from the house's, so that a refused job takes none of those away.
func (h *house) stranger() *house {
	s := &house{t: h.t, store: h.store, support: h.support, sales: h.sales, desk: h.desk, shop: h.shop, anna: h.anna, boris: h.boris}
	s.last.Store(1_000_000)
	return s
}

// everything writes to every table that a job can reach: it goes on in two conversations, begins two, ends one, changes
// holders and marks, and changes settings.
func (h *house) everything(open, held core.SessionID) func(*store.Work) error {
	return func(w *store.Work) error {
		for _, j := range []store.Job{
			h.hear("new", "a new customer"), h.hear("known", "a known customer"), h.hear("known", "again"),
			h.take(h.boris, open), h.say(h.boris, open, "hello"), h.end(open), h.hear("open", "begins the next session"),
			h.note(h.boris, held, "a note"), h.see(held, 1),
		} {
			if err := j.Do(w); err != nil {
				return err
			}
		}
		w.AddDepartment(core.Department{ID: 900, Slug: "refused", Name: "Refused", Zone: "UTC"})
		w.AddChannel(core.Channel{ID: 901, Slug: "refused", Kind: "widget", Department: 900, Settings: []byte(`{}`)})
		anna := h.anna
		anna.Agent.Name, anna.Agent.DisabledAt = "Renamed", w.Now()
		w.PutAgent(anna)
		w.PutAgent(person(902, "Nobody", core.Roles{h.sales: core.Supervisor}))
		w.AddLogin(store.Login{ID: 903, Agent: h.boris.Agent.ID, Hash: "refused"})
		w.EndLogin(7)
		for _, d := range []core.Delivery{
			{Channel: h.desk, Lane: "held", Verb: core.OutEdit, Session: held, Message: 5}, {Channel: h.desk, Lane: "fresh", Verb: core.OutSend, Session: held},
			{Channel: h.desk, Lane: "fresh", Verb: core.OutSend, Session: held},
		} {
			if err := w.Owe(d, d.Lane); err != nil {
				return err
			}
		}
		for _, name := range []string{"held", "fresh"} {
			l, err := w.Lane(h.desk, name)
			if err != nil {
				return err
			}
			l.Sending = true
			w.PutLane(l)
			if err := w.Settle(l); err != nil {
				return err
			}
		}
		m, err := w.MessageAt(h.desk, "known part")
		if err != nil {
			return err
		}
		m.Text, m.State = "changed", core.Failed
		w.PutMessage(m)
		w.AddPart(h.desk, "refused part")
		w.RemovePart(h.desk, "known part")
		if err := w.AddPartOf(core.Delivery{Message: m.ID, Channel: h.desk}, "", "another part"); err != nil {
			return err
		}
		if err := w.Park(905, core.Inbound{Channel: h.desk, Dedupe: "refused"}, "refused"); err != nil {
			return err
		}
		w.Unpark(8)
		w.AddKey(904, h.boris.Agent.ID, "refused", "refused", core.AllScope)
		w.AddSurface(core.Surface{Channel: h.desk, Room: "refused", Department: h.support})
		w.AddThread(held, h.desk, core.Address{Conversation: "refused", Thread: "refused"}, 0)
		w.PutLink(core.AgentLink{Channel: h.desk, Remote: "refused", Agent: h.boris.Agent.ID})
		w.PutLinkCode("refused", h.boris.Agent.ID, w.Now().Add(time.Minute))
		w.Tell(core.Event{Kind: core.EventAgentChanged, ActorKind: core.BySystem, Audience: core.AgentsOnly, Target: 902, Dedupe: w.Key()})
		return nil
	}
}

const gone = "a job whose caller has gone before the group"

// A refused job leaves no trace: two houses, in one of which a job is refused in the middle of every group, end with the
// same rows, the same answers and the same published groups.
func TestARefusedJobLeavesNoTrace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		with, without := open(t, url), open(t, sibling(t, url))
		houses := []*house{with, without}
		var held core.SessionID
		for _, h := range houses {
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				w.AddLogin(store.Login{ID: 7, Agent: h.anna.Agent.ID, Hash: "kept", CreatedAt: w.Now(), SeenAt: w.Now()})
				return w.Park(8, core.Inbound{Channel: h.desk, Dedupe: "kept"}, "kept")
			}}))
			h.must(h.do(then(h.hear("held", "hi"), func(w *store.Work) error { w.AddPart(h.desk, "known part"); return nil })))
			held = h.wrote("held", "again")
			h.must(h.do(h.owe(held, "held", "", 4)))
			h.did(h.take(h.anna, held))
			h.did(h.end(h.wrote("known", "hi")))
		}
		for _, c := range []struct {
			name   string
			refuse func(h *house, open core.SessionID) store.Job
		}{
			{"a job that wrote nothing", func(*house, core.SessionID) store.Job {
				return store.Job{Do: refuse}
			}},
			{"a job that wrote everything", func(h *house, open core.SessionID) store.Job {
				return then(store.Job{Do: h.everything(open, held)}, refuse)
			}},
			{"a job that wrote everything, having named its rows", func(h *house, open core.SessionID) store.Job {
				return then(store.Job{Do: h.everything(open, held), Touch: func(k *store.Keys) {
					k.Open(h.desk, "new", "new", h.support)
					k.Open(h.desk, "known", "known", h.support)
					k.Held(open)
					k.Held(held)
					k.Participants(open)
					k.Participants(held)
				}}, refuse)
			}},
			{"a job that wrote everything twice", func(h *house, open core.SessionID) store.Job {
				return store.Job{Do: func(w *store.Work) error {
					if err := h.everything(open, held)(w); err != nil {
						return err
					}
					for _, j := range []store.Job{h.hear("new", "more"), h.hear("open", "more"), h.see(held, 2), h.hear("held", "more")} {
						if err := j.Do(w); err != nil {
							return err
						}
					}
					return errRefused
				}}
			}},
			{"a job under a key", func(h *house, open core.SessionID) store.Job {
				return keyed(then(store.Job{Do: h.everything(open, held)}, refuse), "test:refused", "body")
			}},
			{"a job whose error has no kind", func(h *house, open core.SessionID) store.Job {
				return then(store.Job{Do: h.everything(open, held)}, func(*store.Work) error { return errors.New("a bug") })
			}},
			{"a job that panics", func(h *house, open core.SessionID) store.Job {
				return then(store.Job{Do: h.everything(open, held)}, func(*store.Work) error { panic("a bug") })
			}},
			{gone, func(h *house, open core.SessionID) store.Job {
				return store.Job{Do: func(*store.Work) error { panic("was not to be done") }}
			}},
		} {
			for _, h := range houses {
				session := h.wrote("open", "hi")
				// What comes after the refused job looks at the same rows.
				jobs := []store.Job{
					h.say(h.anna, held, "before"), then(h.hear("open", "before"), h.owe(held, "held", "", 4).Do),
					h.hear("new", "after"), h.hear("open", "after"), h.hear("known", "after"), h.take(h.boris, session), h.see(held, 2),
					h.hear("held", "after"), h.end(session), keyed(h.hear("keyed", "after"), "test:"+c.name, "body"), h.owe(held, "fresh", "", 4), h.owe(held, "held", "", 4),
				}
				var results []result
				if h == with {
					results = h.groupWith(c.name == gone, jobs, c.refuse(h.stranger(), session))
				} else {
					results = h.group(jobs...)
				}
				for i, r := range results {
					if r.err != nil {
						t.Fatalf("%s: neighbour %d: %v", c.name, i, r.err)
					}
				}
			}
			if got, want := with.dump(), without.dump(); got != want {
				t.Fatalf("%s left a trace:\n%s\nwant\n%s", c.name, got, want)
			}
			for _, h := range houses { // the next case begins as this one did
				for _, who := range []core.RemoteID{"new", "open", "known"} {
					if s, err := h.store.Talking(ctx, h.desk, who); err == nil {
						h.did(h.end(s.ID))
					}
				}
			}
		}
		if got, want := len(with.told()), len(without.told()); got != want {
			t.Errorf("got %d published events, want %d", got, want)
		}
		for i, e := range with.told() {
			if e != without.told()[i] {
				t.Fatalf("published event %d: got %+v, want %+v", i, e, without.told()[i])
			}
		}
		with.healthy()
	})
}

// groupWith commits the jobs with a job in their middle that is refused, or whose caller goes away before the group.
func (h *house) groupWith(gone bool, jobs []store.Job, refused store.Job) []result {
	h.t.Helper()
	middle := 2
	all := append(append(append([]store.Job{}, jobs[:middle]...), refused), jobs[middle:]...)
	if !gone {
		results := h.group(all...)
		if results[middle].err == nil {
			h.t.Fatal("the job was not refused")
		}
		return append(results[:middle], results[middle+1:]...)
	}
	release := h.hold()
	short, leave := context.WithCancel(ctx)
	left := make(chan error)
	go func() { _, err := h.writer.Do(short, refused); left <- err }()
	h.until(func() bool { return h.writer.Waiting() == 1 })
	leave()
	if err := <-left; core.KindOf(err) != core.Unavailable {
		h.t.Errorf("who went away got %v, want unavailable", err)
	}
	release()
	return h.group(jobs...)
}
