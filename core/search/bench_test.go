package search

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// BenchmarkFind searches installations of some sizes, of ten messages a session and words as often as they are in a language: the next size
// is to take as long. It prints how long the index took to make, too.
func BenchmarkFind(b *testing.B) {
	for _, messages := range benchSizes {
		b.Run(fmt.Sprint("sqlite/", messages), func(b *testing.B) { benchFind(b, storetest.SQLite(b), messages) })
		b.Run(fmt.Sprint("postgres/", messages), func(b *testing.B) { benchFind(b, storetest.Postgres(b), messages) })
	}
}

var benchSizes = []int{10_000, 100_000}

func benchFind(b *testing.B, url string, messages int) {
	h := open(b, url)
	o := h.office()
	o.fill(messages / 10)
	began := time.Now()
	h.catchUp()
	b.Logf("%s: index of %d messages made in %v, without rests", b.Name(), messages, time.Since(began).Round(time.Millisecond))
	for _, q := range []struct {
		name string
		Query
		in []int
	}{
		{"rare", Query{Text: word(20_000), In: Messages}, []int{0, 1}},
		{"common", Query{Text: word(1) + " x", In: Messages}, []int{0, 1}},
		{"two common", Query{Text: word(2) + " " + word(3), In: Messages}, []int{0, 1}},
		{"prefix", Query{Text: word(20_000)[:3], In: Messages}, []int{0, 1}},
		{"wide prefix", Query{Text: "b", In: Messages}, []int{0, 1}},
		{"common in a department of few", Query{Text: word(1) + " b", In: Messages}, []int{1}},
		{"nothing", Query{Text: "absent", In: Messages}, []int{0, 1}},
		{"name", Query{Text: "anna b", In: Names}, []int{0, 1}},
		{"number", Query{Text: "#77", In: Names}, []int{0, 1}},
		{"a tag of few", Query{In: Names, Filter: Filter{Tag: "rare"}}, []int{0, 1}},
		{"an hour", Query{Text: word(5), In: Messages, Filter: Filter{To: core.At(morning).Add(time.Hour)}}, []int{0, 1}},
	} {
		b.Run(q.name, func(b *testing.B) {
			q.Limit = 50
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				page, err := h.search.Find(context.Background(), o.scope(q.in...), q.Query)
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
				b.ReportMetric(float64(len(page.Items)), "found")
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// word gives a word of seven letters, any of which may be the first.
func word(n uint64) string {
	n = n * 2_654_435_761 % (1 << 32)
	letters := make([]byte, 7)
	for i := range letters {
		letters[i] = byte('a' + n%26)
		n = n/26 + 7
	}
	return string(letters)
}

// fill makes sessions of ten messages, one in a thousand of them in the second department.
func (o *office) fill(sessions int) {
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // it is to be the same each time
	often := rand.NewZipf(chance, 1.1, 4, 100_000)
	names := []string{"Anna Berg", "Boris Lind", "Zoë Stone", "Max Hale"}
	for first := 0; first < sessions; first += 50 {
		o.past.Add(int64(time.Second))
		o.write(func(w *store.Work) error {
			for i := first; i < min(first+50, sessions); i++ {
				o.fillSession(w, i, names[i%len(names)], func() string { return word(often.Uint64()) })
			}
			return nil
		})
	}
}

func (o *office) fillSession(w *store.Work, i int, name string, next func() string) {
	in := 0
	if i%1000 == 7 {
		in = 1
	}
	who := core.Identity{ID: core.IdentityID(o.id()), Channel: o.channels[in], Remote: core.RemoteID(fmt.Sprint("v", i)), Customer: core.CustomerID(o.id())}
	w.AddCustomer(core.Customer{ID: who.Customer, Name: name}, who)
	s := core.NewSession(core.SessionID(o.id()), o.departments[in], o.channels[in], who.Remote, who.ID, w.Now())
	if i%5000 == 3 {
		s.Tags = "rare"
	}
	w.AddSession(s)
	w.Append(&s, core.Event{Kind: core.EventStarted, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(who.ID)})
	for range 10 {
		text := "x"
		for range 11 {
			text += " " + next()
		}
		w.Append(&s, core.Event{Kind: core.EventMessage, Audience: core.Everyone, ActorKind: core.ByCustomer, Actor: int64(who.ID), Text: text})
	}
}
