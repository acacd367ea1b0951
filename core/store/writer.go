package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"parley/core"
)

// Limits of the writer.
const (
	maxWaiting   = 4096            // jobs that wait; one more is Busy
	maxGroup     = 512             // jobs in a group
	maxGroupSize = 1 << 20         // bytes of text in a group, about
	groupTimeout = 4 * time.Second // outside, 5 s are promised
	quietTime    = 30 * time.Second
)

// Job is one deed on its way to disk. Touch names what Do will surely look at: a hint for the bulk load. Do sees only
// the Work and its arguments: no clock, no I/O; it may run again on a fresh Work, so it must set what it hands out anew.
type Job struct {
	Dedupe string    // <origin>:<id>; Do puts it on the event that answers for the job. Without key or event a repeat is not recognised
	Body   string    // all that makes the job, but what is in Dedupe: the same key with another body is refused
	Size   int       // bytes of text, about
	Said   core.Said // where on a surface it was done
	Touch  func(*Keys)
	Do     func(*Work) error
}

// Commit is a job's answer.
type Commit struct {
	Events []core.Event // what the job appended, with ids; of a repeat: the event that carries the key
	Repeat bool         // the key had been used before, for the same body: nothing was done now
}

// Writer is the one way in. It owns the writing connection and runs group after group.
type Writer struct {
	store   *Store
	publish func(core.Committed)
	jobs    chan *waiting
	stopped chan struct{}
	loads   loads
	timeout time.Duration
	meter   Meter
	seal    core.AuditSeal
	log     *slog.Logger
}

type waiting struct {
	Job
	ctx  context.Context //nolint:containedctx // a job waits with its caller's deadline
	hash []byte
	done chan answer
}

type answer struct {
	commit Commit
	err    error
}

// errNextGroup says that a job needs what its group has yet to store: it runs in a group after it.
var errNextGroup = errors.New("needs what this group has yet to store")

// NewWriter makes the writer of a store. publish is handed each committed group, in commit order, before the group's
// callers are answered; it must not block. Nothing is written before Run.
func NewWriter(s *Store, publish func(core.Committed), opts ...WriterOption) *Writer {
	w := &Writer{
		store: s, publish: publish, jobs: make(chan *waiting, maxWaiting), stopped: make(chan struct{}),
		loads: s.dialect.loads(), timeout: groupTimeout, meter: unmetered{}, log: s.log,
	}
	for _, o := range opts {
		o(w)
	}
	return w
}

// Do hands in a job and returns after COMMIT. Errors are those of the job itself, Invalid for a key that was used
// otherwise, Busy when the queue is full, Unavailable when the database does not answer in time: then it may still be done, and
// a job with a key may safely be handed in again.
func (w *Writer) Do(ctx context.Context, j Job) (Commit, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	wait := &waiting{Job: j, ctx: ctx, done: make(chan answer, 1)}
	if j.Dedupe != "" {
		sum := sha256.Sum256([]byte(j.Body))
		wait.hash = sum[:16]
	}
	select {
	case <-w.stopped:
		return Commit{}, &core.Error{Op: "store.Do", Kind: core.Unavailable, RetryAfter: retryAfter, Reason: "Parley is stopping."}
	default:
	}
	select {
	case w.jobs <- wait:
	default:
		w.meter.Busy()
		return Commit{}, &core.Error{Op: "store.Do", Kind: core.Busy, RetryAfter: retryAfter}
	}
	select {
	case a := <-wait.done:
		return a.commit, a.err
	case <-ctx.Done():
		return Commit{}, &core.Error{Op: "store.Do", Kind: core.Unavailable, RetryAfter: retryAfter, Err: ctx.Err()}
	}
}

// Run writes until ctx ends: takes the first job and whatever waits beside it, without waiting for more, and commits
// them as one group. When ctx ends, what was handed in before is still written and answered.
func (w *Writer) Run(ctx context.Context) error {
	quiet := time.NewTicker(quietTime)
	defer quiet.Stop()
	defer w.drain() //nolint:contextcheck // what was handed in is written although ctx has ended
	for {
		select {
		case first := <-w.jobs:
			w.commit(w.collect(first)) //nolint:contextcheck // a group has a deadline of its own: it is answered also while stopping
		case <-quiet.C:
			if err := w.store.dialect.checkpoint(ctx, w.store.write); err != nil && ctx.Err() == nil {
				w.log.Warn("checkpoint failed", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// drain refuses what comes from now on and writes what came before.
func (w *Writer) drain() {
	close(w.stopped)
	for {
		select {
		case first := <-w.jobs:
			w.commit(w.collect(first))
		default:
			return
		}
	}
}

func (w *Writer) collect(first *waiting) []*waiting {
	jobs, size := []*waiting{first}, first.Size
	for len(jobs) < maxGroup && size < maxGroupSize {
		select {
		case next := <-w.jobs:
			jobs, size = append(jobs, next), size+next.Size
		default:
			return jobs
		}
	}
	return jobs
}

// againAlone is how often a job that failed alone is tried again: two nodes can meet in a deadlock twice in a row.
const againAlone = 2

// commit writes the jobs as one group and answers them. Where the database refuses a group, its halves are tried: so ends a deadlock
// between nodes, a key that another node has just used (log.dedupe is unique), a conversation that two nodes began at once. A
// job that fails alone again and again is refused, and is our bug.
func (w *Writer) commit(jobs []*waiting) {
	live := jobs[:0]
	for _, j := range jobs {
		if j.ctx.Err() == nil { // otherwise its caller has gone
			live = append(live, j)
		}
	}
	if len(live) == 0 {
		return
	}
	err := w.attempt(live)
	for range againAlone {
		if err == nil || core.KindOf(err) != "" || len(live) > 1 {
			break
		}
		err = w.attempt(live)
	}
	switch {
	case err == nil:
	case core.KindOf(err) != "":
		for _, j := range live {
			j.done <- answer{err: err}
		}
	case len(live) == 1:
		w.log.Error("job failed again", "error", err)
		live[0].done <- answer{err: err}
	default:
		w.log.Warn("group failed, replayed in halves", "jobs", len(live), "error", err)
		half := len(live) / 2
		w.commit(live[:half:half])
		w.commit(live[half:])
	}
}

// attempt runs the jobs over one transaction. If it returns nil, all are answered; else none is.
func (w *Writer) attempt(jobs []*waiting) error {
	ctx, cancel := context.WithTimeout(context.Background(), w.timeout)
	defer cancel()
	tx, err := w.store.write.BeginTxx(ctx, nil)
	if err != nil {
		return fail("store.begin", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing

	g := newGroup(ctx, w, tx)
	if err := g.load(jobs); err != nil {
		return fail("store.load", err)
	}
	answers := make([]answer, len(jobs))
	spans := make([]span, len(jobs))
	for i, j := range jobs {
		answers[i], spans[i] = g.run(j)
		if g.broken != nil { // a read failed: no job of this group can be trusted
			return fail("store.read", g.broken)
		}
	}
	if g.changed() {
		if err := w.store.dialect.flush(ctx, g); err != nil {
			return fail("store.flush", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fail("store.commit", err)
	}
	w.meter.Group(len(jobs), w.store.clock().Sub(g.now.Std()))
	if c := g.committed(); len(c.Events)+len(c.Touched) > 0 {
		w.publish(c)
	}
	if later := g.answer(jobs, answers, spans); len(later) > 0 {
		w.commit(later)
	}
	return nil
}

// span is a job's part of the group's events.
type span struct{ from, to int }

// run does one job, or finds that it was done before. What a refused job wrote is taken back.
func (g *group) run(j *waiting) (answer, span) {
	from := len(g.events)
	if j.Dedupe != "" {
		if first, ok := g.repeats[j.Dedupe]; ok {
			return g.repeated(j, first)
		}
	}
	g.undo = g.undo[:0]
	err := doJob(j.Do, &Work{group: g, dedupe: j.Dedupe, said: j.Said, from: from})
	used := false
	for _, e := range g.events[from:] {
		used = used || e.Dedupe == j.Dedupe
	}
	if j.Dedupe != "" && g.broken == nil && (err != nil || !used) {
		// Another node may have done the same between the look-up and the locks: then that is the answer.
		if g.broken = g.loadRepeats([]string{j.Dedupe}); g.broken != nil {
			return answer{err: g.broken}, span{from, from}
		}
		if first, ok := g.repeats[j.Dedupe]; ok {
			g.takeBack(from)
			return g.repeated(j, first)
		}
	}
	if err != nil {
		g.takeBack(from)
		if errors.Is(err, errNextGroup) {
			return answer{err: errNextGroup}, span{from, from}
		}
		if core.KindOf(err) == "" {
			g.log.Error("deed failed", "error", err)
		}
		return answer{err: err}, span{from, from}
	}
	for i, e := range g.events[from:] {
		if j.Dedupe != "" && e.Dedupe == j.Dedupe {
			g.repeats[j.Dedupe] = repeat{hash: j.hash, at: from + i, fresh: true}
			g.hashes[from+i] = j.hash
		}
	}
	return answer{}, span{from, len(g.events)}
}

// answer tells the callers what became of their jobs, and returns the jobs that must run in a group after this one.
func (g *group) answer(jobs []*waiting, answers []answer, spans []span) (later []*waiting) {
	for i, j := range jobs {
		if answers[i].err == errNextGroup { //nolint:errorlint // set by run, never wrapped
			later = append(later, j)
			continue
		}
		if events := g.events[spans[i].from:spans[i].to]; len(events) > 0 {
			answers[i].commit.Events = events
		}
		j.done <- answers[i]
	}
	return later
}

// takeBack undoes what the job that is running wrote.
func (g *group) takeBack(from int) {
	for i := len(g.undo) - 1; i >= 0; i-- {
		g.undo[i]()
	}
	g.events = g.events[:from]
}

func (g *group) repeated(j *waiting, first repeat) (answer, span) {
	if !bytes.Equal(first.hash, j.hash) {
		return answer{err: &core.Error{Op: "store.Do", Kind: core.Invalid, Field: "client_id", Reason: "was used for something else"}}, span{}
	}
	if first.fresh {
		return answer{commit: Commit{Repeat: true}}, span{first.at, first.at + 1}
	}
	return answer{commit: Commit{Repeat: true, Events: []core.Event{first.event}}}, span{}
}

// doJob turns a panic of a job into an error: one bad deed must not stop the writer.
func doJob(do func(*Work) error, w *Work) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("deed panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return do(w)
}
