package channeltest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"parley/core/store/storetest"
)

// Case is one promise of every adapter.
type Case struct {
	Name     string // its number and a word
	Sentence string // what is promised, or what happens
	hooked   bool   // only for adapters that are called by their network
	both     bool   // on PostgreSQL too
	run      func(*house)
}

// Cases are all of them. Their numbers are those of the project's design papers; those that are missing are not for channels of
// customers, or for what Parley cannot do yet.
var Cases = []Case{
	{Name: "01 order", Sentence: "100 messages in one conversation arrive in order; 50 conversations interleaved do not block each other.", run: order},
	{Name: "02 once", Sentence: "The same update delivered 3 times, also across a restart: once.", both: true, run: once},
	{Name: "03 killed", Sentence: "Process killed after receipt and before processing, and after processing and before acknowledgement: nothing lost, nothing doubled.", both: true, run: killed},
	{Name: "04 late", Sentence: "Retry arrives after younger events: order by source time, no regression of state.", run: late},
	{Name: "05 early", Sentence: "Edit before the message it edits; delete before the message; edit of an unknown message.", run: early},
	{Name: "06 own", Sentence: "Message echoed by our own post, before the API answer and after it: no loop, no deadlock.", run: own},
	{Name: "07 others", Sentence: "Other bots, own app under a custom name, join/leave/topic service messages: not forwarded.", run: others},
	{Name: "08 unknown", Sentence: "Unknown update kind, unknown fields, unknown entity type: stored as unknown, next event handled.", run: unknown},
	{Name: "09 malformed", Sentence: "Malformed JSON, empty body, 10 MB body, wrong content type, gzip bomb: 4xx, bounded memory, no state change.", hooked: true, run: malformed},
	{Name: "10 forged", Sentence: "Wrong signature or secret, missing headers, timestamp 6 min old and 6 min ahead: refused, one log line without the body.", hooked: true, run: forged},
	{Name: "11 replayed", Sentence: "Valid request replayed within the window: once.", hooked: true, run: replayed},
	{Name: "12 skewed", Sentence: "Local clock 10 min off: refused with a clear alarm, not a silent stream of 401.", hooked: true, run: skewed},
	{Name: "13 slow", Sentence: "Acknowledgement within 3 s while the database is slow and media hang.", run: slow},
	{Name: "14 album", Sentence: "Several files, one that comes too slowly, one that cannot be had: the others come, nobody waits for them, and a stop ends it.", run: album},
	{Name: "15 file in", Sentence: "File: over the limit, zero bytes, lying size, lying type, path tricks in the name, link expired, cut off, another page in its place.", both: true, run: filesIn},
	{Name: "16 text", Sentence: "Text: empty, whitespace only, 4096 emoji, RTL with marks, ZWJ families, flags, combining marks, NUL and control characters, lone surrogates in JSON, 1 MB.", run: texts},
	{Name: "17 marks", Sentence: "Entities: overlapping, nested, beyond the end, in the middle of a surrogate pair.", run: marks},
	{Name: "18 customer", Sentence: "Customer blocks, unblocks, renames, is deleted.", run: customers},
	{Name: "19 apart", Sentence: "Two channels with equal external ids do not mix.", run: apart},
	{Name: "20 lanes", Sentence: "Per-destination order with a failing head: later messages wait; other destinations do not.", both: true, run: lanes},
	{Name: "21 throttled", Sentence: "429 with retry_after, without it, with 0, with an hour; the bucket waits, no message lost.", run: throttled},
	{Name: "22 errors", Sentence: "5xx, HTML error page, 200 with broken JSON, ok:false with an unknown error.", run: errorAnswers},
	{Name: "23 dropped", Sentence: "Connection lost before the body, and after it: policy honoured, marked uncertain or reconciled, never silently doubled.", both: true, run: dropped},
	{Name: "24 crash", Sentence: "Crash between send and recording the answer.", both: true, run: crash},
	{Name: "25 long", Sentence: "10,000-character text: right parts, right order, entities intact, edits and deletes of all parts.", run: long},
	{Name: "26 literal", Sentence: "<b>&amp;*_~|\\``, <!channel>, <@U1>, @everyone, Markdown fences: arrive literally; nobody is notified.", run: literal},
	{Name: "27 file out", Sentence: "File fails for one of three: the text and the others arrive; retry re-reads from the start; what may have arrived is not sent again.", both: true, run: filesOut},
	{Name: "28 fallback", Sentence: "Unsupported feature (edit, delete, reaction, reply): documented fallback, agent informed.", run: fallback},
	{Name: "29 gone", Sentence: "Destination gone: state shown within one attempt, queue does not spin, recovery on next contact.", run: gone},
	{Name: "30 revoked", Sentence: "Token revoked in mid-stream: state \"reconnect\", queue kept, resumes after a new token without duplicates; nothing crashes at start with the platform down.", run: revoked},
	{Name: "31 rival", Sentence: "Second consumer: visible alarm.", run: rival},
	{Name: "32 secret", Sentence: "No token, and no address with one, in logs, errors, database, states.", run: secret},
}

// number is what the case's name begins with.
func (c Case) number() string { return c.Name[:2] }

// Excused says why a network is not asked for a case, "" if it is.
func (c Case) Excused(d Driver) string {
	if _, ok := d.(Hooked); c.hooked && !ok {
		return "its adapter is not called by it"
	}
	return d.About().excused(c.number())
}

// Run runs the whole suite, in parallel: on SQLite, and what depends on the database on PostgreSQL too. make makes a driver with a
// network of its own; what it has to take down, it hands to Cleanup.
func Run(t *testing.T, make func(T) Driver) {
	for _, c := range Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.on(t, "", make)
		})
		if !c.both {
			continue
		}
		t.Run(c.Name+" on PostgreSQL", func(t *testing.T) {
			t.Parallel()
			c.on(t, storetest.Postgres(t), make)
		})
	}
}

func (c Case) on(t T, url string, make func(T) Driver) {
	t.Helper()
	h := newHouse(t, url, make)
	if reason := c.Excused(h.Driver); reason != "" {
		t.Logf("%s is not asked: %s", c.Name, reason)
		return
	}
	c.run(h)
}

// Planted is one thing that is wrong in an adapter, and the case that must find it.
type Planted struct {
	Case   string // its number
	Fault  string // what is wrong
	Driver func(T) Driver
}

// Prove runs the suite over each planted fault; under the race detector, a sixteenth of it. It fails if the fault's case stays green, or
// another case goes red, or a case that is asked of any of the drivers has no fault. It prints the list.
func Prove(t *testing.T, faults []Planted) {
	slots := make(chan struct{}, 3*runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	var mu sync.Mutex
	red := make([]map[string]string, len(faults))
	planted, asked := map[string]bool{}, map[string]string{}
	try := func(i int, c Case, waits bool) {
		if !waits {
			slots <- struct{}{}
		}
		all.Go(func() {
			if !waits {
				defer func() { <-slots }()
			}
			excused, failure := c.try(t, faults[i].Driver)
			mu.Lock()
			defer mu.Unlock()
			if !excused {
				asked[c.number()] = c.Name
			}
			if failure != "" {
				red[i][c.number()] = failure
			}
		})
	}
	for _, own := range []bool{true, false} { // those that must fail at once: most of their time they wait in vain
		for i, f := range faults {
			if red[i] == nil {
				red[i], planted[f.Case] = map[string]string{}, true
			}
			for k, c := range Cases {
				if is := c.number() == f.Case; is == own && (is || (i+k)%share == 0) {
					try(i, c, own)
				}
			}
		}
	}
	all.Wait()
	for i, f := range faults {
		failure, found := red[i][f.Case]
		if !found {
			t.Errorf("%s: %s: green", f.Case, f.Fault)
			continue
		}
		t.Logf("%s: %s: red (%s)", f.Case, f.Fault, failure)
		delete(red[i], f.Case)
		for _, c := range Cases { // alone, for what is slow beside all the others only
			if first, found := red[i][c.number()]; found {
				if _, again := c.try(t, f.Driver); again != "" {
					t.Errorf("%s: %s: turns %s red too: %s", f.Case, f.Fault, c.number(), first)
				}
			}
		}
	}
	for number, name := range asked {
		if !planted[number] {
			t.Errorf("%s: no fault is planted that it must find", name)
		}
	}
}

// try runs the case and gives the first thing that failed, "" if nothing did. A house that could not be made on a busy machine says nothing of the
// case: it is made again.
func (c Case) try(t *testing.T, make func(T) Driver) (excused bool, failure string) {
	for range 5 {
		var stood bool
		if stood, excused, failure = c.tryOnce(t, make); stood {
			return excused, failure
		}
	}
	t.Errorf("%s: no house can be made: %s", c.Name, failure)
	return true, ""
}

func (c Case) tryOnce(t *testing.T, make func(T) Driver) (stood, excused bool, failure string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := &recorder{ctx: ctx}
	defer r.clean()
	done := newSignal()
	go func() {
		defer close(done)
		h := newHouse(r, "", make)
		stood = true
		if excused = c.Excused(h.Driver) != ""; !excused {
			c.run(h)
		}
	}()
	<-done
	cancel()
	r.clean()
	return stood, excused, r.first()
}

// recorder is a test that only notes what fails.
type recorder struct {
	ctx context.Context //nolint:containedctx // as testing.T has one

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()             {}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Context() context.Context {
	return r.ctx
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorder) TempDir() string {
	dir, err := os.MkdirTemp("", "parley-channeltest-")
	if err != nil {
		r.Fatalf("make a folder: %v", err)
	}
	r.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// clean cleans up, the last first.
func (r *recorder) clean() {
	for {
		r.mu.Lock()
		if len(r.cleanups) == 0 {
			r.mu.Unlock()
			return
		}
		last := r.cleanups[len(r.cleanups)-1]
		r.cleanups = r.cleanups[:len(r.cleanups)-1]
		r.mu.Unlock()
		last()
	}
}

func (r *recorder) first() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.failures) == 0 {
		return ""
	}
	return r.failures[0]
}
