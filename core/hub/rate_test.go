package hub

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// rated gives what a customer thinks of the session of a message.
func (s *shop) rated(customer string, about core.EventID, r core.Rating, comment string) core.Inbound {
	s.said++
	in := s.message(customer, fmt.Sprintf("m%d", s.said), comment)
	in.Verb, in.About, in.Rating = core.InboundRate, about, r
	return in
}

// answered lets a customer write, and Anna answer them: it gives the session, and the answer.
func (s *shop) answered(customer string) (core.SessionID, core.EventID) {
	s.t.Helper()
	id := s.write(customer, "hi")
	s.do(s.anna, core.Take{Session: id})
	return id, s.says(s.anna, id, "hello")
}

// ratings gives the session's events that rate it: their rating, comment and whom they are about.
func (s *shop) ratings(id core.SessionID) (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Kind == core.EventRated && e.Session == id {
			all = append(all, fmt.Sprintf("%s %q %s", must(core.ParseExtra(e.Data)).Rating, e.Text, e.Target))
		}
	}
	return all
}

func TestTheLastRatingCountsForWhoeverHoldsTheSessionThenA18(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id, about := s.answered("carla")
		version := s.session(id).Version
		good := s.rated("carla", about, core.Good, "")
		s.takes(good, good, s.rated("carla", about, core.Good, "")) // again, and nothing new
		anna := s.session(id)
		if anna.Rating != core.Good || anna.RatedAgent != s.anna.Agent.ID || anna.RatedAt == 0 || anna.Version != version || anna.Unread != 0 {
			t.Errorf("while it is open: got %+v", anna)
		}
		s.do(s.sofia, core.Assign{Session: id, To: s.boris.Agent.ID})
		if still := s.session(id); still.RatedAgent != s.anna.Agent.ID {
			t.Error("who got it later has the rating of who held it before")
		}
		s.takes(s.rated("carla", about, core.Bad, ""))
		if silent := s.session(id); silent.RatedAgent != s.anna.Agent.ID {
			t.Error("who has not joined has the rating of who has answered")
		}
		s.do(s.boris, core.Join{Session: id})
		s.takes(s.rated("carla", about, core.Bad, "Anna was rude"))
		if comment := s.session(id); comment.RatedAgent != s.anna.Agent.ID || comment.RatingComment != "Anna was rude" {
			t.Error("with a comment the rating went to another agent")
		}
		s.takes(s.rated("carla", about, core.Good, ""))
		s.do(s.boris, core.End{Session: id})
		s.takes(s.rated("carla", about, core.Bad, "too slow"))
		boris := s.session(id)
		if boris.Rating != core.Bad || boris.RatingComment != "too slow" || boris.RatedAgent != s.boris.Agent.ID || boris.State != core.Over {
			t.Errorf("after its end: got %+v", boris)
		}
		s.takes(s.rated("carla", about, "", ""))
		if none := s.session(id); none.Rating != "" || none.RatingComment != "" || none.RatedAgent != 0 || none.RatedAt != 0 {
			t.Errorf("taken back: got %+v", none)
		}
		want := []string{
			fmt.Sprintf(`good "" %s`, s.anna.Agent.ID), fmt.Sprintf(`bad "" %s`, s.anna.Agent.ID), fmt.Sprintf(`bad "Anna was rude" %s`, s.anna.Agent.ID),
			fmt.Sprintf(`good "" %s`, s.boris.Agent.ID), fmt.Sprintf(`bad "too slow" %s`, s.boris.Agent.ID), fmt.Sprintf(` "" %s`, core.AgentID(0)),
		}
		if got := s.ratings(id); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		s.healthy()
	})
}

func TestARatingIsOfOnesOwnAnsweredSessionA18(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		first, about := s.answered("carla")
		s.do(s.anna, core.End{Session: first})
		s.takes(s.named("dora", "m0", "anybody?"))
		alone := s.called("m0").ID
		waits := s.called("m0").Session
		s.do(s.anna, core.Take{Session: waits})
		note := s.do(s.anna, core.Note{Session: waits, Text: "who?"})
		for name, c := range map[string]struct {
			in   core.Inbound
			kind core.Kind
		}{
			"another customer's session":        {s.rated("dora", about, core.Bad, ""), core.NotFound},
			"what is no message":                {s.rated("carla", 1<<40, core.Bad, ""), core.NotFound},
			"nothing":                           {s.rated("carla", 0, core.Bad, ""), core.NotFound},
			"a session that nobody answered":    {s.rated("dora", alone, core.Bad, ""), core.Invalid},
			"with a word of one's own":          {s.rated("carla", about, "fine", ""), core.Invalid},
			"with a comment that is too long":   {s.rated("carla", about, core.Good, strings.Repeat("x", core.MaxComment+1)), core.Invalid},
			"with a comment alone":              {s.rated("carla", about, "", "hm"), core.Invalid},
			"with a comment that shows nothing": {s.rated("carla", about, core.Good, " \n"), core.Invalid},
		} {
			if err := s.hub.Receive(context.Background(), c.in); core.KindOf(err) != c.kind {
				t.Errorf("%s: got %v, want %q", name, err, c.kind)
			}
		}
		if note.LastAgentAt != 0 {
			t.Fatal("a note counts as an answer")
		}
		for _, id := range []core.SessionID{first, waits} {
			if got := s.session(id); got.Rating != "" || len(s.ratings(id)) != 0 {
				t.Errorf("got %+v", got)
			}
		}
		next := s.write("carla", "once more") // within the time in which it opens again, or another
		s.takes(s.rated("carla", about, core.Good, strings.Repeat("x", core.MaxComment)))
		if got := s.session(first); got.Rating != core.Good {
			t.Errorf("while %v is open: got %+v", next, got)
		}
		s.do(s.anna, core.Take{Session: next})
		s.do(s.anna, core.Block{Session: next, For: core.ForAlways})
		if err := s.hub.Receive(context.Background(), s.rated("carla", about, core.Bad, "rude words")); core.KindOf(err) != core.Forbidden {
			t.Errorf("blocked: got %v, want forbidden", err)
		}
		if got := s.session(first); got.Rating != core.Good {
			t.Error("who is blocked has rated")
		}
		s.healthy()
	})
}

func TestWhoReleasedIsRatedUntilSomebodyElseJoinsA18(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		id, about := s.answered("carla")
		s.do(s.anna, core.Release{Session: id})
		s.takes(s.rated("carla", about, core.Bad, ""))
		if got := s.session(id); got.Assignee != 0 || got.RatedAgent != s.anna.Agent.ID {
			t.Errorf("got %+v", got)
		}
		s.healthy()
	})
}

// The comment comes after the thumb: both are one record, which says what the customer said last.
func TestARuleMakesOneRecordOfASessionsRatingsF3A18(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		r := s.ruled(func(r *core.RecordRule) {
			r.On, r.When, r.Fields = core.HookRated, `session.rating == "bad"`, core.FieldValues{"subject": "Not good: {{event.text}}"}
		})
		ctx := context.Background()
		id, about := s.answered("carla")
		s.follow(s.hub)
		s.takes(s.rated("carla", about, core.Bad, ""))
		s.titled(id, 1)
		s.takes(s.rated("carla", about, core.Bad, "too slow"))
		last := func(want string) (row store.RecordRow) {
			t.Helper()
			for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
				rows := must(s.store.RecordsOf(ctx, s.sofia.Scope(), id))
				if row = rows[0]; len(rows) != 1 {
					t.Fatalf("got %d records, want one", len(rows))
				}
				if row.Title == want {
					return row
				}
			}
			t.Fatalf("got %+v, want %q", row.Fields, want)
			return row
		}
		row := last("Not good: too slow")
		s.do(s.anna, core.EditRecord{Session: id, Record: row.ID, Fields: core.FieldValues{"subject": "Not good: too slow", "amount": "5"}})
		s.takes(s.rated("carla", about, core.Bad, "far too slow"))
		if got := last("Not good: far too slow"); got.Fields["amount"] != "5" || got.Rule != r.Name {
			t.Errorf("got %+v, want what the agent has added", got)
		}
		if got := must(s.hub.store.RecordEdits(ctx, row.ID, 10)); len(got) != 3 || got[0].Name != r.Name && got[2].Name != r.Name {
			t.Errorf("got %+v, want the rule's name at its changes", got)
		}
		s.healthy()
	})
}
