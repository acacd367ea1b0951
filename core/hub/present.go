package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
)

// How distribution is looked after besides the deeds: how many agents who have come are served in one go, and how often it is checked that
// nobody waits for whom there is room.
const (
	arrivePage = 100
	sweepTime  = 5 * time.Second
)

// arrivals are agents who have come or gone, and whom nobody has looked at yet.
type arrivals struct {
	wake chan struct{} // one slot

	mu     sync.Mutex
	agents map[core.AgentID]struct{}
}

func newArrivals() *arrivals {
	return &arrivals{wake: make(chan struct{}, 1), agents: map[core.AgentID]struct{}{}}
}

func (a *arrivals) add(agents []core.AgentID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range agents {
		a.agents[id] = struct{}{}
	}
}

// take gives some of them, and forgets them.
func (a *arrivals) take(most int) []core.AgentID {
	a.mu.Lock()
	defer a.mu.Unlock()
	var some []core.AgentID
	for id := range a.agents {
		if len(some) == most {
			break
		}
		some = append(some, id)
		delete(a.agents, id)
	}
	slices.Sort(some)
	return some
}

// Moved says who has come or gone on whichever node: Run serves what waits for those who have come. It does not block.
func (h *Hub) Moved(agents []core.AgentID) {
	h.moved.add(agents)
	select {
	case h.moved.wake <- struct{}{}:
	default:
	}
}

// welcome gives agents who have come what waits for them. Where that fails it is tried again before the next sweep.
func (h *Hub) welcome(ctx context.Context) error {
	for {
		some := h.moved.take(arrivePage)
		if len(some) == 0 {
			return nil
		}
		_, err := h.writer.Do(ctx, store.Job{
			Touch: func(k *store.Keys) {
				for _, a := range some {
					k.Routes(a)
				}
			},
			Do: func(w *store.Work) error { return h.employ(w, some) },
		})
		if err != nil {
			h.moved.add(some)
			return err
		}
	}
}

// sweep serves whoever waits although there is somebody for them, twice in a row: what frees or adds capacity has failed to. It counts what
// it finds, which is to be nothing.
func (h *Hub) sweep(ctx context.Context) error {
	if err := h.welcome(ctx); err != nil {
		return err
	}
	unserved, err := h.store.Unserved(ctx, core.At(h.clock()))
	if err != nil {
		return err
	}
	before := h.unserved
	h.unserved = unserved
	for _, d := range unserved {
		if !slices.Contains(before, d) {
			continue
		}
		commit, err := h.writer.Do(ctx, store.Job{
			Touch: func(k *store.Keys) { k.Department(d) },
			Do:    func(w *store.Work) error { return h.serveAll(w, d) },
		})
		if err != nil {
			return err
		}
		n := 0
		for _, e := range commit.Events {
			if e.Kind == core.EventAssigned {
				n++
			}
		}
		if n > 0 {
			h.log.WarnContext(ctx, "sessions waited although there was room", "department", d.String(), "sessions", n)
			if h.swept != nil {
				h.swept(n)
			}
		}
	}
	return nil
}
