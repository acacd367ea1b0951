package store_test

import (
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// speaks lets a room show Support's sessions in some languages; "": all.
func (h *house) speaks(room core.RemoteID, some core.Languages) store.Job {
	return store.Job{Do: func(w *store.Work) error {
		f := core.Surface{Channel: slack, Room: room, Department: h.support, Languages: some, CreatedAt: w.Now()}
		w.AddSurface(f)
		return w.RenewCards(f)
	}}
}

func (h *house) spoken(id core.SessionID, l core.Language) store.Job {
	return h.on(id, func(w *store.Work, s core.Session) error {
		s.Language = l
		w.Append(&s, core.Event{Kind: core.EventLanguage, Audience: core.AgentsOnly, ActorKind: core.BySystem, Text: string(l)})
		return nil
	})
}

func TestS14_RoomsShowSomeLanguages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url, "every")
		h.must(h.do(h.speaks("german", "de-DE")))
		h.must(h.do(h.speaks("rest", "en,und")))
		id := h.wrote("carla", "hi")
		expect := func(name string, want ...string) {
			t.Helper()
			if got := h.owing(); !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		moved := func(room core.RemoteID) core.Moved {
			t.Helper()
			tasks, err := h.store.Tasks(ctx, slack, []string{id.String() + "/" + string(room) + "/card"})
			if err != nil || len(tasks) != 1 {
				t.Fatalf("%s: got %+v, %v, want one task", room, tasks, err)
			}
			return tasks[0].Card.Moved
		}
		expect("not known", "every open started", "every send hi", "every card started", "rest open started", "rest send hi", "rest card started")
		h.thread(id, "every", "1")
		h.thread(id, "rest", "1")
		h.must(h.do(h.spoken(id, "de-AT")))
		if moved("rest") != core.MovedLanguage || moved("every") != "" || moved("german") != "" {
			t.Errorf("got %q, %q and %q, want it to have left the room of the others", moved("rest"), moved("every"), moved("german"))
		}
		expect("known now", "every open de-AT", "every card de-AT", "german open de-AT", "german card de-AT", "rest card de-AT")
		h.thread(id, "german", "1")
		answer := h.did(then(h.take(h.anna, id), h.say(h.anna, id, "on my way").Do))
		expect("an answer", "every send on my way", "every card taken", "german send on my way", "german card taken")
		h.must(h.do(h.spoken(id, "en-GB")))
		back := h.task(id, "rest")
		if back.Verb != core.OutOpen || back.Thread != "1" || len(back.Recent) != 1 || back.Recent[0].ID != answer.ID {
			t.Errorf("back in a room: got %s in %q with %+v, want what the thread has missed", back.Verb, back.Thread, back.Recent)
		}
		expect("changed", "every open en-GB", "every card en-GB", "german card en-GB", "rest open en-GB", "rest card en-GB")
		h.must(h.do(h.speaks("rest", "und")))
		if moved("rest") != core.MovedLanguage {
			t.Errorf("the room is for others now: got %q", moved("rest"))
		}
		h.must(h.do(h.speaks("rest", "")))
		if moved("rest") != "" {
			t.Errorf("for all: got %q", moved("rest"))
		}
		h.owing()
		if got, err := h.store.Languages(ctx, h.support); err != nil || got != "en-GB" {
			t.Errorf("of open sessions: got %q, %v", got, err)
		}
		h.healthy()
	})
}

// A room that moves to one which shows others of the department's sessions already makes it show both.
func TestS14_RoomsOfLanguagesBecomeOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := works(t, url)
		h.must(h.do(h.speaks("A", "de")))
		h.must(h.do(h.speaks("B", "en")))
		id := h.wrote("carla", "hi")
		h.must(h.do(h.spoken(id, "de")))
		h.owing()
		h.thread(id, "A", "1")
		h.must(store.Commit{}, h.move("A", "B"))
		if got := h.surfaces(); len(got) != 1 || got[0].Room != "B" || got[0].Languages != "de,en" {
			t.Errorf("got %+v, want one room for both", got)
		}
		if got, want := h.owing(), []string{"B open de", "B leave de"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		h.must(h.do(h.speaks("C", "")))
		h.must(store.Commit{}, h.move("B", "C"))
		if got := h.surfaces(); len(got) != 1 || got[0].Languages != "" {
			t.Errorf("got %+v, want a room for all", got)
		}
		h.healthy()
	})
}

func TestC28_WhomACustomerTalkedToLast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		first := h.wrote("carla", "hi")
		last := func(want core.AgentID) {
			t.Helper()
			h.must(h.do(store.Job{Do: func(w *store.Work) error {
				who, err := w.Identity(h.session(first).Channel, "carla")
				if err != nil {
					return err
				}
				if got, err := w.LastAgent(who.Customer); err != nil || got != want {
					t.Errorf("got %s, %v, want %s", got, err, want)
				}
				return nil
			}}))
		}
		end := func(id core.SessionID) { h.must(h.do(h.end(id))) }
		last(0)
		h.must(h.do(h.take(h.anna, first)))
		last(0) // it has not ended
		end(first)
		last(h.anna.Agent.ID)
		second := h.wrote("carla", "again")
		end(second) // nobody held it
		last(h.anna.Agent.ID)
		other := h.wrote("dora", "hi")
		h.must(h.do(h.take(h.boris, other)))
		end(other)
		last(h.anna.Agent.ID)
	})
}

// What the database keeps of agents comes to distribution, from each of the ways in which candidates are read.
func TestC28_CandidatesBringWhatTheyCan(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		anna := h.anna.Agent.ID
		look := func(name string, w *store.Work, want core.Abilities) error {
			how := core.Distribution{Strategy: core.RoundRobin}
			all, err := w.Candidates(h.support, how, nil)
			if err != nil || len(all) != 1 || all[0].Abilities != want {
				t.Errorf("%s, all: got %+v, %v, want %+v", name, all, err, want)
			}
			some, err := w.Candidates(h.support, how, []core.AgentID{anna})
			if err != nil || len(some) != 1 || some[0].Abilities != want {
				t.Errorf("%s, asked for: got %+v, %v, want %+v", name, some, err, want)
			}
			return err
		}
		if err := h.store.PutPresence(ctx, "node", []core.Presence{{Agent: anna, Surface: core.Workspace}}, time.Hour); err != nil {
			t.Fatal(err)
		}
		var can core.Abilities
		h.must(h.do(store.Job{Do: func(w *store.Work) error { return look("before", w, can) }}))
		can = core.Abilities{Languages: "de,en", Skills: "refunds"}
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			a, err := w.LockAgent(anna)
			if err != nil {
				return err
			}
			a.Agent.Abilities = can
			w.SetAbilities(a)
			return look("in the same work", w, can)
		}}))
		h.must(h.do(store.Job{Do: func(w *store.Work) error { return look("after", w, can) }}))
		colleagues, err := h.store.Colleagues(ctx, core.Scope{Departments: []core.DepartmentID{h.support}}, h.support)
		if err != nil || !slices.ContainsFunc(colleagues, func(c core.Colleague) bool {
			return c.ID == anna && c.Abilities == can && c.Candidate().Abilities == can
		}) {
			t.Errorf("colleagues: got %+v, %v", colleagues, err)
		}
	})
}
