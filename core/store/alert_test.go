package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// links links people to slack, in order: their names there are T/ and their first names.
func (h *house) links(all ...core.Actor) {
	h.t.Helper()
	for i, a := range all {
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			remote, _, _ := strings.Cut(a.Agent.Name, " ")
			w.PutLink(core.AgentLink{Channel: slack, Remote: core.RemoteID("T/" + remote), Agent: a.Agent.ID, CreatedAt: w.Now() + core.Time(i)})
			return nil
		}}))
	}
}

// marks lets a session pass thresholds.
func (h *house) marks(id core.SessionID, marks ...core.Mark) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		for _, m := range marks {
			s.Marks = core.Marks(strings.TrimPrefix(string(s.Marks)+"\n"+string(m), "\n"))
			w.Append(&s, core.Event{Kind: core.EventMarked, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(m), Target: s.Assignee})
		}
		return nil
	})
}

func TestWhoIsOwedWordOfAMarkS11(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R", "S") // who holds the session is called in one of them
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.AddSurface(core.Surface{Channel: slack, Room: "U", Department: h.sales, Priorities: core.PrioritySet("urgent"), CreatedAt: w.Now()})
			for i := range core.AgentID(30) {
				crowd := person(200+i, fmt.Sprintf("Crowd%02d C", i), core.Roles{h.sales: core.Supervisor})
				w.PutAgent(crowd)
				w.PutLink(core.AgentLink{Channel: slack, Remote: core.RemoteID(fmt.Sprintf("T/Crowd%02d", i)), Agent: crowd.Agent.ID, CreatedAt: w.Now() + core.Time(i)})
			}
			return nil
		}}))
		h.links(h.anna, h.boris, h.sofia)
		gone := person(16, "Gone Gray", core.Roles{h.support: core.Supervisor})
		gone.Agent.DisabledAt = 1
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutAgent(gone); return nil }}))
		h.links(gone)
		queued, held, sold := h.wrote("carla", "hi"), h.wrote("dora", "hi"), h.did(h.hearAt(h.sales, h.shop, "emma", "hi")).Session
		h.must(h.do(h.take(h.anna, held)))
		h.must(h.do(h.take(h.eve, sold)))
		h.links(h.eve)
		h.owing()
		words := func(o string) bool { return strings.Contains(o, " card ") }
		for _, c := range []struct {
			name string
			jobs []store.Job
			want []string
		}{
			{"at a warning who holds it", []store.Job{h.marks(held, core.MarkIdle)}, []string{"R warn idle_warning"}},
			{"at critical the supervisors too: Oleg is not linked", []store.Job{h.marks(held, core.MarkIdleCritical)}, []string{"R warn idle_critical", "T/Sofia alert idle_critical"}},
			{"of one that nobody holds", []store.Job{h.marks(queued, core.MarkWaiting)}, []string{"R warn waiting_maximum", "T/Sofia alert waiting_maximum"}},
			{
				"once, though it was told meanwhile, has gone and come again", []store.Job{h.marks(held, core.MarkIdleCritical), h.marks(held, core.MarkIdleCritical)},
				[]string{"R warn idle_critical", "T/Sofia alert idle_critical"},
			},
			{"each of two marks", []store.Job{h.marks(held, core.MarkIdle, core.MarkDuration)}, []string{"R warn idle_warning", "R warn duration_warning"}},
			{"where no room shows it, who holds it by themselves", []store.Job{h.marks(sold, core.MarkIdle)}, []string{"T/Eve alert idle_warning"}},
		} {
			h.group(c.jobs...)
			if got := slices.DeleteFunc(h.owing(), words); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		h.must(h.do(h.marks(sold, core.MarkIdleCritical)))
		if got := h.owing(); len(got) != 1+core.MaxAlerted || got[0] != "T/Crowd00 alert idle_critical" || got[core.MaxAlerted] != "T/Eve alert idle_critical" {
			t.Errorf("of thirty supervisors: got %q, want %d, and Eve", got, core.MaxAlerted)
		}
	})
}

// However many sessions are late, what waits for one person has an end.
func TestAlertsThatWaitForSomebodyAreFewS11(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R")
		h.links(h.sofia)
		var jobs []store.Job
		for i := range 60 {
			jobs = append(jobs, h.marks(h.wrote(core.RemoteID(fmt.Sprint("visitor ", i)), "hi"), core.MarkWaiting))
		}
		h.owing()
		h.group(jobs...)
		alerts := slices.DeleteFunc(h.owing(), func(o string) bool { return !strings.Contains(o, "alert") })
		if len(alerts) != 50 {
			t.Errorf("got %d alerts for Sofia, want 50", len(alerts))
		}
	})
}

// Whom a task tells is asked when it is done: people are unlinked, disabled and made others meanwhile.
func TestWhoReadsAnAlertS11(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "R")
		h.links(h.anna, h.boris, h.sofia)
		id := h.wrote("carla", "hi")
		h.owing()
		h.must(h.do(h.take(h.anna, id)))
		h.owing()
		h.must(h.do(h.marks(id, core.MarkIdleCritical)))
		reads := func(when, calls string, reader core.AgentID, role core.Role) {
			t.Helper()
			tasks, err := h.store.Tasks(ctx, slack, []string{id.String() + "/R", "alerts/T/Sofia"})
			if err != nil || len(tasks) != 2 {
				t.Fatalf("%s: got %+v, %v", when, tasks, err)
			}
			slices.SortFunc(tasks, func(a, b store.Task) int { return strings.Compare(string(b.Verb), string(a.Verb)) })
			if got := fmt.Sprint(tasks[0].Calls); got != calls || tasks[1].Reader != reader || tasks[1].Role != role {
				t.Errorf("%s: got %s, %v as %v, want %s, %v as %v", when, got, tasks[1].Reader, tasks[1].Role, calls, reader, role)
			}
		}
		sofia := h.sofia.Agent.ID
		reads("at first", "[T/Anna]", sofia, core.Supervisor)
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
			s.Hold(h.boris.Agent.ID, sofia, w.Now())
			w.PutSession(s)
			return nil
		})))
		reads("held by another", "[T/Boris]", sofia, core.Supervisor)
		h.must(h.do(h.on(id, func(w *store.Work, s core.Session) error {
			s.Transfer(h.sales, w.Now())
			w.PutSession(s)
			w.RemoveLink(core.AgentLink{Channel: slack, Remote: "T/Boris", Agent: h.boris.Agent.ID})
			return nil
		})))
		reads("another department's, and nobody's", "[]", sofia, 0)
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			w.RemoveLink(core.AgentLink{Channel: slack, Remote: "T/Sofia", Agent: sofia})
			return nil
		}}))
		reads("unlinked", "[]", 0, 0)
	})
}
