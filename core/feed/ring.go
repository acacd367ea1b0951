package feed

import "parley/core"

// rowSize is about what a row takes in memory besides its words.
const rowSize = 256

// ring is the newest stretch of the log in memory, without a hole: the rows after floor up to head. Rows are never
// changed once added, so slices of them may be read without the lock that guards the ring.
type ring struct {
	maxEvents, maxBytes int

	known  bool // where the log stands has been learned
	floor  core.EventID
	events []core.Event
	bytes  int

	// Rows that were let go but are still held by the array behind events.
	dead, deadBytes int
}

// begin empties the ring and places it: the next row is the one after at.
func (r *ring) begin(at core.EventID) {
	r.known, r.floor, r.events = true, at, nil
	r.bytes, r.dead, r.deadBytes = 0, 0, 0
}

// head is the newest row's id.
func (r *ring) head() core.EventID { return r.floor + core.EventID(len(r.events)) }

// add appends rows in the log's order, leaving out those it has. It adds nothing and returns false if there would be a
// hole, or if it has no place yet.
func (r *ring) add(rows []core.Event) bool {
	if !r.known {
		return false
	}
	for len(rows) > 0 && rows[0].ID <= r.head() {
		rows = rows[1:]
	}
	next := r.head() + 1
	for i := range rows {
		if rows[i].ID != next+core.EventID(i) {
			return false
		}
	}
	r.events = append(r.events, rows...)
	for i := range rows {
		r.bytes += size(&rows[i])
	}
	r.trim()
	return true
}

// trim lets the oldest rows go until both limits hold, and gives their memory back before it exceeds what is held.
func (r *ring) trim() {
	n := 0
	for len(r.events)-n > r.maxEvents || r.bytes > r.maxBytes && len(r.events)-n > 1 {
		freed := size(&r.events[n])
		r.bytes -= freed
		r.deadBytes += freed
		n++
	}
	r.floor += core.EventID(n)
	r.events = r.events[n:]
	r.dead += n
	if r.dead >= r.maxEvents || r.deadBytes >= r.maxBytes {
		r.events = append(make([]core.Event, 0, 2*len(r.events)), r.events...)
		r.dead, r.deadBytes = 0, 0
	}
}

// after gives at most limit rows after pos, and whether the ring reaches back that far.
func (r *ring) after(pos core.EventID, limit int) (rows []core.Event, covered bool) {
	if !r.known || pos < r.floor {
		return nil, false
	}
	if pos >= r.head() {
		return nil, true
	}
	rows = r.events[pos-r.floor:]
	n := min(limit, len(rows))
	return rows[:n:n], true // nobody can append into the ring
}

func size(e *core.Event) int {
	return rowSize + len(e.Text) + len(e.Name) + len(e.Dedupe) + len(e.Conversation)
}

// fill appends rows as the log gave them. If there is a hole even there, what was in it is gone for good, and the ring
// begins anew after it.
func (r *ring) fill(rows []core.Event) {
	if r.add(rows) {
		return
	}
	whole := 0
	for i := 1; i < len(rows); i++ {
		if rows[i].ID != rows[i-1].ID+1 {
			whole = i
		}
	}
	r.begin(rows[whole].ID - 1)
	r.add(rows[whole:])
}
