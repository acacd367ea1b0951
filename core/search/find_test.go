package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

var (
	vocabulary = []string{"refund", "refuse", "lamp", "Ёлка", "елка", "退款", "我要退款", "👍", "1234567", "123 45 67", "100%", "Straße", "strasse", "x_y", "a"}
	names      = []string{"Anna Berg", "Anna", "Борис", "", "李小龙", "O'Neil"}
	tags       = []string{"vip", "late order"}
)

// plain goes through all sessions and all that was said in them, and gives what a search is to find.
func (o *office) plain(scope core.Scope, q Query, sessions []core.SessionID) []int64 {
	o.t.Helper()
	ctx := context.Background()
	w, err := parse(q.Text)
	if err != nil {
		o.t.Fatal(err)
	}
	type hit struct{ first, seq, id int64 }
	var hits []hit
	for _, id := range sessions {
		s, err := o.store.Session(ctx, scope, id)
		if core.KindOf(err) == core.NotFound {
			continue
		}
		parts, err2 := o.store.Participants(ctx, scope, id)
		if err != nil || err2 != nil {
			o.t.Fatal(err, err2)
		}
		joined := slices.ContainsFunc(parts, func(p store.Participant) bool { return p.Agent == q.Agent && p.JoinedAt != 0 })
		if !q.lets(s.Session, joined) || q.In == Within && id != q.Session {
			continue
		}
		rows, _, err := o.store.Messages(ctx, scope, id, 0, 0, 100)
		if err != nil {
			o.t.Fatal(err)
		}
		if q.In == Names {
			if _, is := w.in(nameOf(s)); is {
				hits = append(hits, hit{first: int64(rows[0].ID), id: int64(id)})
			}
			continue
		}
		began := map[int64]int64{} // by stretch, the first row that begins one
		for _, e := range rows {
			at := placeOf(e).part
			if _, is := began[at]; !is && (e.Kind == core.EventMessage || e.Kind == core.EventStarted) {
				began[at] = int64(e.ID)
			}
			if _, is := w.in(textOf(e)); is && e.Kind == core.EventMessage && e.DeletedAt == 0 {
				hits = append(hits, hit{first: began[at], seq: e.Seq, id: int64(e.ID)})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(b.seq, a.seq)) })
	if q.Oldest {
		slices.Reverse(hits)
	}
	ids := []int64{}
	for _, h := range hits {
		ids = append(ids, h.id)
	}
	return ids
}

// drawn is what a run has done so far.
type drawn struct {
	*office
	sessions []core.SessionID
	messages []core.EventID
}

// act does something to the office, as chance wants.
func (d *drawn) act(rt *rapid.T) {
	d.past.Add(rapid.Int64Range(0, 40_000_000_000_000).Draw(rt, "pause"))
	kind := rapid.SampledFrom([]string{"begin", "say", "say", "say", "many", "edit", "delete", "transfer", "take", "end", "rate", "tag"}).Draw(rt, "act")
	if len(d.sessions) == 0 {
		kind = "begin"
	}
	pick := func() core.SessionID { return rapid.SampledFrom(d.sessions).Draw(rt, "session") }
	text := func() string {
		return rapid.SampledFrom(vocabulary).Draw(rt, "word") + " " + rapid.SampledFrom(vocabulary).Draw(rt, "word")
	}
	switch kind {
	case "begin":
		name := rapid.SampledFrom(names).Draw(rt, "name")
		customer := fmt.Sprint(d.departments[0], rapid.SampledFrom([]string{"one", "two"}).Draw(rt, "customer"))
		d.sessions = append(d.sessions, d.begin(rapid.IntRange(0, 1).Draw(rt, "in"), customer, name))
	case "say":
		var files []string
		if rapid.IntRange(0, 3).Draw(rt, "files") == 0 {
			files = []string{"refund.pdf"}
		}
		d.messages = append(d.messages, d.say(pick(), text(), files...))
	case "many": // so that a session has several stretches
		d.messages = append(d.messages, d.sayMany(pick(), 20)...)
	case "edit", "delete":
		if len(d.messages) > 0 {
			change := map[string]string{"edit": text()}[kind]
			d.amend(rapid.SampledFrom(d.messages).Draw(rt, "message"), change)
		}
	case "transfer":
		to := rapid.SampledFrom(d.departments[:]).Draw(rt, "to")
		d.on(pick(), core.EventTransferred, func(s *core.Session, _ *core.Event) { s.Transfer(to, core.At(d.now())) })
	case "take":
		who := rapid.SampledFrom(d.agents[:]).Draw(rt, "agent")
		d.on(pick(), core.EventTaken, func(s *core.Session, _ *core.Event) { s.Hold(who, who, core.At(d.now())); s.Arrive() })
	case "end":
		d.on(pick(), core.EventEnded, func(s *core.Session, _ *core.Event) { s.End(core.CompletedByOperator, core.At(d.now())) })
	case "rate":
		r := rapid.SampledFrom([]core.Rating{core.Good, core.Bad, ""}).Draw(rt, "rating")
		d.on(pick(), core.EventRated, func(s *core.Session, _ *core.Event) { s.Rate(r, "", s.Assignee, core.At(d.now())) })
	case "tag":
		d.on(pick(), core.EventTagged, func(s *core.Session, _ *core.Event) { s.Tags = core.Tags(rapid.SampledFrom(tags).Draw(rt, "tag")) })
	}
}

// query asks for something that may be there.
func (d *drawn) query(rt *rapid.T) Query {
	q := Query{
		Text: rapid.SampledFrom(append(vocabulary, "ref", "refund lamp", "退", "123", "row 1")).Draw(rt, "text"),
		In:   rapid.SampledFrom([]In{Messages, Messages, Within, Names}).Draw(rt, "in"), Oldest: rapid.Bool().Draw(rt, "oldest"),
		Limit: rapid.IntRange(1, 5).Draw(rt, "limit"),
	}
	switch q.In {
	case Within:
		q.Session = rapid.SampledFrom(d.sessions).Draw(rt, "session")
	case Names:
		q.Text = rapid.SampledFrom(append(names, "an", "berg anna", "бор", "李", "1", "")).Draw(rt, "name")
	}
	switch rapid.IntRange(0, 12).Draw(rt, "filter") {
	case 0:
		q.State = []core.State{core.Waiting, core.Over}
	case 1:
		q.Outcome = core.CompletedByOperator
	case 2:
		q.Agent = d.agents[0]
	case 3:
		q.Department = d.departments[0]
	case 4:
		q.Channel = d.channels[1]
	case 5:
		q.Tag = " VIP "
	case 6:
		q.From = core.At(d.now()).Add(-rapid.SampledFrom(ages).Draw(rt, "from"))
	case 7:
		q.Rating = core.Bad
	case 8:
		q.To = core.At(d.now()).Add(-rapid.SampledFrom(ages).Draw(rt, "to"))
	}
	return q
}

// Whatever was said, changed, taken back, transferred, named: a search finds what going through all of it finds, in the same order.
func TestAgainstAPlainScanC15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		rapid.Check(t, func(rt *rapid.T) {
			d := &drawn{office: h.office()}
			for range rapid.IntRange(1, 15).Draw(rt, "acts") {
				d.act(rt)
				if rapid.IntRange(0, 4).Draw(rt, "step") == 0 {
					h.catchUp()
				}
			}
			h.catchUp()
			for range 3 {
				q := d.query(rt)
				scope := d.scope(0, 1)
				if q.In != Within && q.Department == 0 && rapid.Bool().Draw(rt, "narrow") {
					scope = d.scope(1)
				}
				if got, want := h.find(scope, q), d.plain(scope, q, d.sessions); !slices.Equal(got, want) {
					rt.Fatalf("%+v: got %v, want %v", q, got, want)
				}
			}
		})
		before := h.rows()
		if err := h.search.Rebuild(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.catchUp()
		if after := h.rows(); !slices.Equal(before, after) {
			t.Errorf("made anew, the index has %d rows, and had %d", len(after), len(before))
			for i := range min(len(after), len(before)) {
				if after[i] != before[i] {
					t.Fatalf("the first of them: %s, and was %s", after[i], before[i])
				}
			}
		}
	})
}

// A session, and a message, is judged as it is when somebody looks, not as the index has it.
func TestWhatIsLostIsNotFoundAtOnceC15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		o := h.office()
		moved, edited, deleted := o.begin(0, "one", "Anna"), o.begin(0, "two", "Anna"), o.begin(0, "three", "Anna")
		o.say(moved, "the secret lamp")
		second, third := o.say(edited, "the secret lamp"), o.say(deleted, "the secret lamp")
		h.catchUp()
		look := Query{Text: "secret", In: Messages, Limit: 10}
		if got := h.find(o.scope(0), look); len(got) != 3 {
			t.Fatalf("got %v", got)
		}
		o.on(moved, core.EventTransferred, func(s *core.Session, _ *core.Event) { s.Transfer(o.departments[1], core.At(h.now())) })
		o.amend(second, "nothing")
		o.amend(third, "")
		for _, q := range []Query{look, {Text: "lamp", In: Messages, Oldest: true, Limit: 10}} {
			if got := h.find(o.scope(0), q); len(got) != 0 {
				t.Errorf("%s: got %v", q.Text, got)
			}
		}
		if got, want := h.find(o.scope(0), Query{Text: "anna", In: Names, Limit: 10}), []int64{int64(deleted), int64(edited)}; !slices.Equal(got, want) {
			t.Errorf("names: got %v, want %v", got, want)
		}
		if _, err := h.search.Find(context.Background(), o.scope(0), Query{Text: "secret", In: Within, Session: moved, Limit: 10}); core.KindOf(err) != core.NotFound {
			t.Errorf("in a session that went: got %v", err)
		}
		if _, err := h.search.Find(context.Background(), o.scope(0), Query{Text: "secret", Filter: Filter{Department: o.departments[1]}, In: Messages, Limit: 10}); core.KindOf(err) != core.NotFound {
			t.Errorf("in a department of others: got %v", err)
		}
		h.catchUp()
		if got := h.find(o.scope(1), look); len(got) != 1 {
			t.Errorf("in the department where it is now: got %v", got)
		}
	})
}

// A long session is gone through some parts at a time: over all pages every message is found once, in order, from either end.
func TestALongSessionIsFoundWholeC15(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		o := h.office()
		long, other := o.begin(0, "one", "Anna"), o.begin(0, "two", "Anna")
		var want []int64
		for range 3 {
			for _, id := range o.sayMany(long, 2*stretchRows) {
				want = append(want, int64(id))
			}
			o.sayMany(other, stretchRows)
		}
		h.catchUp()
		for _, oldest := range []bool{true, false} {
			for _, limit := range []int{7, 100} {
				if got := h.find(o.scope(0), Query{Text: "row", In: Within, Session: long, Oldest: oldest, Limit: limit}); !slices.Equal(got, want) {
					t.Errorf("oldest first: %v, %d a page: got %d, %v, want %d", oldest, limit, len(got), got, len(want))
				}
			}
			slices.Reverse(want)
		}
	})
}
