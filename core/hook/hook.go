package hook

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/webhook"
)

const (
	lease     = "hooks"
	leaseTime = 10 * time.Second

	restTime  = 100 * time.Millisecond // between two looks at least
	sweepTime = time.Hour              // between two times that old calls are forgotten
	callTime  = 15 * time.Second       // for a hook to answer
	stepTime  = 30 * time.Second       // for one step along the log
)

// Config is what Hooks need.
type Config struct {
	Store  *store.Store
	Writer *store.Writer
	Holder string // names this process
	Guard  *webhook.Guard
	Key    core.Key                                                               // of the installation: secrets are sealed with it
	Tell   func(as core.HookEvent, e core.Event, s store.Summary) ([]byte, error) // what is told of an event, in JSON
	Chance func() float64                                                         // from [0, 1)
	Clock  core.Clock
	Log    *slog.Logger
}

// Hooks calls hooks, on one node at a time, and tries one where an admin asks for it, on all. Its methods may be called by many at once.
type Hooks struct {
	Config
	store.Wake // lets Run look soon: something has happened

	client *http.Client
	seal   core.SecretSeal
}

// New makes them. Nobody is called before Run runs somewhere.
func New(c Config) *Hooks {
	return &Hooks{Config: c, client: c.Guard.Client(callTime), seal: core.NewSecretSeal(c.Key), Wake: store.NewWake()}
}

// Run calls hooks within a second of what happens, until ctx ends. Of several nodes one does it; the others wait until it stops or has been silent
// for ten seconds.
func (x *Hooks) Run(ctx context.Context) error {
	defer x.client.CloseIdleConnections()
	x.Store.Perform(ctx, store.Duty{Name: lease, Holder: x.Holder, Lease: leaseTime, Clock: x.Clock, Log: x.Log}, x.hold)
	return nil
}

// hold follows the log and calls hooks for as long as the lease can be renewed. What is being called when it ends is called again by the next one.
func (x *Hooks) hold(ctx context.Context, t *store.Tenure) error {
	ctx, cancel := context.WithCancel(ctx)
	h := &holding{Hooks: x, epoch: t.Epoch, busy: map[core.HookID]bool{}}
	defer h.calls.Wait()
	defer cancel()
	var swept time.Time
	return t.Rounds(ctx, x.Wake, func(ctx context.Context) (more bool, rest time.Duration, err error) {
		if now := x.Clock(); now.Sub(swept) > sweepTime {
			if err := x.Store.SweepHookCalls(ctx, core.At(now), core.HookTraces); err != nil {
				return false, 0, err
			}
			swept = now
		}
		if more, err = h.follow(ctx); err != nil {
			return false, 0, err
		}
		return more, restTime, h.start(ctx)
	})
}

// holding is a time during which this node has the lease.
type holding struct {
	*Hooks
	epoch int64
	seen  core.EventID // how far the log was followed, where nothing was owed since the cursor

	calls sync.WaitGroup
	mu    sync.Mutex
	busy  map[core.HookID]bool // those that are being called
}

// write does something while this node has the lease: Gone if another has taken it.
func (h *holding) write(ctx context.Context, do func(*store.Work) error) error {
	_, err := h.Writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		if err := w.Holds(lease, h.epoch); err != nil {
			return err
		}
		return do(w)
	}})
	return err
}
