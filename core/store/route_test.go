package store_test

import (
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// What the database leaves out of those who receive is what the one rule leaves out, however an agent stands.
func TestWhoIsLeftOutDoesNotReceiveC4(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		how := core.Distribution{Strategy: core.RoundRobin, Ceiling: 2}
		anna := h.anna.Agent.ID
		for _, role := range []core.Role{core.Operator, core.Supervisor, core.Operator | core.Supervisor} {
			for _, a := range core.Availabilities {
				for _, disabled := range []int64{0, 1} {
					for _, open := range []int64{0, 2} {
						h.change("UPDATE roles SET role = ? WHERE agent = ?", int64(role), anna)
						h.change("UPDATE agents SET availability = ?, disabled_at = ? WHERE id = ?", string(a), disabled, anna)
						h.change("UPDATE agent_load SET open_sessions = ? WHERE agent = ?", open, anna)
						for _, present := range []bool{false, true} {
							err := h.store.EndPresence(ctx, "node")
							if present {
								err = h.store.PutPresence(ctx, "node", []core.Presence{{Agent: anna, Surface: core.Workspace}}, time.Hour)
							}
							if err != nil {
								t.Fatal(err)
							}
							c := core.Candidate{
								Load: core.Load{Agent: anna, Open: open}, Role: role, Disabled: disabled != 0, Availability: a, Present: present, Limit: 2,
							}
							all, err := h.store.Receiving(ctx)
							if err != nil || all[h.support] > 0 != c.Receiving() {
								t.Errorf("%+v: %v receive (%v), want %v", c, all, err, c.Receiving())
							}
							h.must(h.do(store.Job{Do: func(w *store.Work) error {
								all, err := w.Candidates(h.support, how, nil)
								if err == nil && (len(all) == 1) != c.Receiving() || len(all) == 1 && all[0] != c {
									t.Errorf("got %+v of %+v", all, c)
								}
								some, err := w.Candidates(h.support, how, []core.AgentID{anna})
								if err != nil || len(some) != 1 || some[0].Bar() != c.Bar() {
									t.Errorf("asked for: got %+v (%v) of %+v", some, err, c)
								}
								if is, err := w.Receiving(h.support); err != nil || is != c.Receiving() {
									t.Errorf("in the work: receives %v (%v), want %v", is, err, c.Receiving())
								}
								return nil
							}}))
						}
					}
				}
			}
		}
	})
}
