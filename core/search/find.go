package search

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
)

// In is where a query looks.
type In string

// The places.
const (
	Names    In = "names"    // of sessions: their customers' names, and their numbers
	Messages In = "messages" // everywhere
	Within   In = "session"  // the messages of one session
)

// Filter narrows what is found; what is zero does not.
type Filter struct {
	State      []core.State
	Outcome    core.Outcome
	Rating     core.Rating
	Assignee   core.AgentID // holds it, or held it last
	Agent      core.AgentID // the same, or has ever joined it
	Department core.DepartmentID
	Channel    core.ChannelID
	Tag        string
	From, To   core.Time // when it began: not before From, and before To
}

// Query is what somebody looks for.
type Query struct {
	Text    string // of names, "" finds all
	In      In
	Session core.SessionID // of Within
	Filter
	Oldest bool   // the oldest first, not the newest
	After  string // a page's Next
	Limit  int    // 1 to 100
}

// Found is one session, or one message of it.
type Found struct {
	Session store.Summary
	Message core.Event // zero where names were looked for
	Snippet Snippet
}

// Page is a part of what is found. Next continues it, "" at the end. A page may have less than its limit, even nothing, and a Next: then what
// was looked at so far was not it.
type Page struct {
	Items  []Found
	Next   string
	Behind bool // for more than two seconds something has been said that is not in the index yet
}

// Limits of the work for one page.
const (
	findTime   = 2 * time.Second
	mostLooked = 1000 // stretches that are read, and judged
	atOnce     = 64   // of them
	atFirst    = 8    // of those in which each may fill some lines of the page
	mostBlocks = 64   // that are read at once
	mostParts  = 256  // of a session that are looked at before more of them are read
	lateTime   = 2 * time.Second
)

// Find gives a page of what the scope sees of what is looked for, newest first. NotFound: it does not see the department or session that is
// asked for. Invalid: the query cannot be understood. Busy: it took too long.
func (x *Search) Find(ctx context.Context, scope core.Scope, q Query) (Page, error) {
	f, err := x.finding(ctx, scope, q)
	if err != nil || f.nothing {
		return Page{}, err
	}
	within, cancel := context.WithTimeout(ctx, x.Within)
	defer cancel()
	err = f.run(within)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		err = &core.Error{Op: "search.Find", Kind: core.Busy, RetryAfter: time.Second, Reason: "This search takes too long. Look for more, or for longer words."}
	}
	return f.page, err
}

// finding is one search on its way.
type finding struct {
	*Search
	scope   core.Scope
	q       Query
	wanted  wanted
	asked   []atom // that a stretch must be in
	state   store.SearchState
	from    cursor
	only    map[int64]*set // of Within: some of the session's stretches, by block
	part    int64          // of Within: of the session, the next one
	nothing bool

	looked int
	chunk  int    // how many are judged next
	last   cursor // of what is on the page
	page   Page
}

// cursor is a place among what can be found: the last message that was given, or the end of a stretch.
type cursor struct{ stretch, seq int64 }

func (c cursor) String() string {
	return strconv.FormatInt(c.stretch, 36) + "." + strconv.FormatInt(c.seq, 36)
}

func parseCursor(s string, oldest bool) (c cursor, err error) {
	if s == "" {
		if oldest {
			return cursor{-1, math.MaxInt64}, nil
		}
		return cursor{math.MaxInt64, 0}, nil
	}
	first, second, _ := strings.Cut(s, ".")
	c.stretch, err = strconv.ParseInt(first, 36, 64)
	if err == nil {
		c.seq, err = strconv.ParseInt(second, 36, 64)
	}
	if err != nil || c.stretch < 0 || c.seq < 0 {
		return c, invalid("after", "is not a page's next")
	}
	return c, nil
}

// finding prepares a search.
func (x *Search) finding(ctx context.Context, scope core.Scope, q Query) (*finding, error) {
	f := &finding{Search: x, scope: scope, q: q}
	var err error
	if f.from, err = parseCursor(q.After, q.Oldest); err != nil {
		return nil, err
	}
	if f.wanted, err = parse(q.Text); err != nil {
		return nil, err
	}
	if q.In != Names && strings.TrimSpace(q.Text) == "" {
		return nil, invalid("q", "is empty: write a word to look for")
	}
	if q.Department != 0 && !scope.Sees(q.Department) {
		return nil, &core.Error{Op: "search.Find", Kind: core.NotFound}
	}
	if q.In == Within {
		if _, err := x.Store.Session(ctx, scope, q.Session); err != nil {
			return nil, err
		}
	}
	if f.state, err = x.Store.SearchState(ctx); err != nil {
		return nil, err
	}
	f.page.Behind = f.state.Since != 0 && core.At(x.Clock()).Sub(f.state.Since) > lateTime
	f.nothing = len(scope.Departments) == 0 || len(f.wanted) == 0 && strings.TrimSpace(q.Text) != "" || f.state.Form != form
	f.asked = atomsOf(f.wanted, q, scope)
	if f.chunk = atOnce; q.In != Names {
		f.chunk = atFirst
	}
	return f, nil
}

// run looks through all there is, or through one session some parts at a time, until the page is full.
func (f *finding) run(ctx context.Context) error {
	if f.q.In != Within {
		_, err := f.walk(ctx)
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	for {
		more, err := f.confine(ctx)
		if err != nil {
			return err
		}
		if full, err := f.walk(ctx); full || !more || err != nil {
			return err
		}
	}
}

// walk looks through the blocks until the page is full.
func (f *finding) walk(ctx context.Context) (full bool, err error) {
	blocks := f.blocks()
	for size := 1; len(blocks) > 0; size = mostBlocks { // mostly the first one has enough
		some := blocks[:min(size, len(blocks))]
		blocks = blocks[len(some):]
		sets, err := f.candidates(ctx, some)
		if err != nil {
			return false, err
		}
		for _, b := range some {
			if full, err := f.look(ctx, b, sets[b]); full || err != nil {
				return full, err
			}
		}
	}
	return false, nil
}

// begin finds the part of the session that its pages go on with.
func (f *finding) begin(ctx context.Context) error {
	if f.part = math.MaxInt64; f.q.Oldest {
		f.part = 0
	}
	if f.q.After == "" {
		return nil
	}
	rows, err := f.Store.Stretches(ctx, []int64{f.from.stretch})
	if len(rows) == 1 && rows[0].Session == f.q.Session {
		f.part = rows[0].Part
	}
	return err
}

// confine reads which stretches are the next ones of the session that is asked for.
func (f *finding) confine(ctx context.Context) (more bool, err error) {
	rows, err := f.Store.StretchesAlong(ctx, f.q.Session, f.part, f.q.Oldest, f.parts)
	if f.only = map[int64]*set{}; err != nil || len(rows) == 0 {
		return false, err
	}
	if f.part = rows[len(rows)-1].Part - 1; f.q.Oldest {
		f.part += 2
	}
	for _, t := range rows {
		b := t.Number / blockSize
		if f.only[b] == nil {
			f.only[b] = &set{}
		}
		f.only[b].put(int(t.Number % blockSize))
	}
	return len(rows) == f.parts, nil
}

// blocks lists those in which something may be found, in order.
func (f *finding) blocks() []int64 {
	var all []int64
	if f.only != nil {
		for b := range f.only {
			all = append(all, b)
		}
		slices.Sort(all)
	} else {
		for b := range (f.state.Stretches + blockSize - 1) / blockSize {
			all = append(all, b)
		}
	}
	if !f.q.Oldest {
		slices.Reverse(all)
	}
	return slices.DeleteFunc(all, func(b int64) bool {
		if f.q.Oldest {
			return (b+1)*blockSize <= f.from.stretch
		}
		return b*blockSize > f.from.stretch
	})
}

// look judges the candidates of a block, in order, until the page is full.
func (f *finding) look(ctx context.Context, block int64, in *set) (full bool, err error) {
	if in == nil || in.empty() {
		return false, nil
	}
	var numbers []int64
	for _, i := range in.members() {
		n := block*blockSize + int64(i)
		if f.q.Oldest && n >= f.from.stretch || !f.q.Oldest && n <= f.from.stretch {
			numbers = append(numbers, n)
		}
	}
	if !f.q.Oldest {
		slices.Reverse(numbers)
	}
	for len(numbers) > 0 {
		some := numbers[:min(f.chunk, len(numbers))]
		numbers, f.chunk = numbers[len(some):], min(2*f.chunk, atOnce)
		if full, err := f.judge(ctx, some); full || err != nil {
			return full, err
		}
	}
	return false, nil
}
