package presence

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
)

const (
	renewTime = 10 * time.Second       // between two times that a node says whom it sees
	keptTime  = 25 * time.Second       // how long that holds: two may fail
	restTime  = 500 * time.Millisecond // between two looks at least: many may come at once
	writeTime = 5 * time.Second        // for one talk with the database
)

// Config is what a Presence needs.
type Config struct {
	Store   *store.Store
	Node    string                      // names this process
	Healthy func() []core.ChannelID     // the channels that run here and fare well
	Moved   func(agents []core.AgentID) // who has come or gone, on whichever node; must not block
	Visited iter.Seq[core.Talk]         // where customers are connected to this node, maybe the same twice; nil: nowhere
	Ring    func()                      // tells the other nodes to look; must not block
	Log     *slog.Logger
}

// Presence says whom this node sees, and knows who is seen anywhere. Its methods may be called by many at once.
type Presence struct {
	Config
	wake chan struct{} // one slot: look, or not

	known []core.AgentID // who is there, by id; belongs to Run

	mu   sync.Mutex
	open map[core.AgentID]int // workspaces that are open here
	came bool                 // somebody of whom nothing has been said yet
}

// New makes a presence of which nobody knows yet.
func New(c Config) *Presence {
	return &Presence{Config: c, wake: make(chan struct{}, 1), open: map[core.AgentID]int{}}
}

// Enter notes that an agent has a workspace open here.
func (p *Presence) Enter(a core.AgentID) {
	p.mu.Lock()
	p.open[a]++
	first := p.open[a] == 1
	p.came = p.came || first
	p.mu.Unlock()
	if first {
		p.Look()
	}
}

// Leave notes that a workspace was closed. What was said of its agent holds for its time.
func (p *Presence) Leave(a core.AgentID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[a]--; p.open[a] == 0 {
		delete(p.open, a)
	}
}

// Look lets Run look soon: somebody may have come or gone. It does not block.
func (p *Presence) Look() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run says whom this node sees, and tells who comes and goes, until ctx ends. Then it takes back what it said. An outage of the database
// is logged once.
func (p *Presence) Run(ctx context.Context) error {
	defer p.end(ctx)
	renew := time.NewTicker(renewTime)
	defer renew.Stop()
	for due, failed := true, false; ; {
		err := p.look(ctx, due)
		if err != nil && !failed && ctx.Err() == nil {
			p.Log.WarnContext(ctx, "who is there is not known", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(restTime):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
			due = failed
		case <-renew.C:
			due = true
		}
	}
}

// look says whom this node sees, if that is due or somebody came, and finds out who is there at all.
func (p *Presence) look(ctx context.Context, due bool) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	here, came := p.here()
	if due { // before it is said that this node looks who is there: that holds for them too
		if err := p.see(ctx); err != nil {
			p.again(came)
			return err
		}
	}
	if due || came {
		if err := p.say(ctx, here); err != nil {
			p.again(came)
			return err
		}
	}
	if came {
		p.Ring()
	}
	if due {
		if err := p.Store.SweepPresence(ctx); err != nil {
			return err
		}
	}
	now, err := p.Store.Present(ctx)
	if err != nil {
		return err
	}
	moved := slices.DeleteFunc(slices.Concat(now, p.known), func(a core.AgentID) bool {
		_, is := slices.BinarySearch(now, a)
		_, was := slices.BinarySearch(p.known, a)
		return is && was
	})
	if p.known = now; len(moved) > 0 {
		p.Moved(moved)
	}
	return nil
}

// here gives whose workspaces are open, and whether one of them has not been said yet.
func (p *Presence) here() (here []core.Presence, came bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for a := range p.open {
		here = append(here, core.Presence{Agent: a, Surface: core.Workspace})
	}
	came, p.came = p.came, false
	return here, came
}

// again notes that what should have been said was not.
func (p *Presence) again(came bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.came = p.came || came
}

// say says that they are here, and with them who is linked to a channel that runs here and fares well.
func (p *Presence) say(ctx context.Context, here []core.Presence) error {
	linked, err := p.Store.SeenOn(ctx, p.Healthy())
	if here = append(here, linked...); err != nil {
		return err
	}
	slices.SortFunc(here, func(a, b core.Presence) int {
		return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Surface, b.Surface))
	})
	return p.Store.PutPresence(ctx, p.Node, here, keptTime)
}

// see says which of those customers are here whose session nobody has joined: of the others nobody asks.
func (p *Presence) see(ctx context.Context) error {
	if p.Visited == nil {
		return nil
	}
	unmet, err := p.Store.Unmet(ctx)
	if err != nil || len(unmet) == 0 {
		return err
	}
	var here []core.SessionID
	for at := range p.Visited {
		if id, is := unmet[at]; is {
			here = append(here, id)
			delete(unmet, at)
		}
	}
	return p.Store.SeeCustomers(ctx, here)
}

// end ends what this node has said.
func (p *Presence) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	if err := p.Store.EndPresence(ctx, p.Node); err != nil {
		p.Log.InfoContext(ctx, "presence not ended; it ends by itself", "error", err)
	}
	p.Ring()
}
