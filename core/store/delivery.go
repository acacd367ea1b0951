package store

import (
	"context"
	"slices"

	"parley/core"
)

// laneKey names a lane.
type laneKey struct {
	channel core.ChannelID
	lane    string
}

// owed is a delivery on its way to the table.
type owed struct {
	core.Delivery
	event int // the event that is its message, by index in the group; -1: Message says it
}

const laneColumns = `channel, lane, bucket, last_no, owed, rank, due_at, attempts, step, since, sending, epoch`

const selectLane = `SELECT ` + laneColumns + `, doubt FROM lanes `

// Lane gives a lane, locked; NotFound where nothing is owed.
func (w *Work) Lane(c core.ChannelID, lane string) (core.Lane, error) {
	g, key := w.group, laneKey{c, lane}
	l, there, known := g.lanes.get(key)
	if !known {
		if err := w.read(g.loadLanes([]laneKey{key})); err != nil {
			return l, err
		}
		l, there, _ = g.lanes.get(key)
	}
	if !there || l.Owed == 0 {
		return l, missing("store.Lane")
	}
	return l, nil
}

// PutLane changes a lane. One to which nothing is owed is taken away.
func (w *Work) PutLane(l core.Lane) { w.group.lanes.put(w.group, laneKey{l.Channel, l.Lane}, l, false) }

// Owe adds a delivery at the end of its lane. Without a Message it is about the event that was appended last. Where its like is
// owed already (Merge) and not under way, nothing is added.
func (w *Work) Owe(d core.Delivery, bucket string) error {
	g := w.group
	l, err := w.Lane(d.Channel, d.Lane)
	switch {
	case core.KindOf(err) == core.NotFound:
		_, exists, _ := g.lanes.get(laneKey{d.Channel, d.Lane}) // emptied in this group: its row is still there
		l = core.Lane{Channel: d.Channel, Lane: d.Lane, Bucket: bucket, LastNo: l.LastNo, Rank: d.Rank, DueAt: max(w.Now(), d.DueAt)}
		defer func() { g.lanes.put(g, laneKey{d.Channel, d.Lane}, l, !exists) }()
	case err != nil:
		return err
	default:
		if merged, err := w.merges(l, d.Merge); merged || err != nil {
			return err
		}
		defer func() { w.PutLane(l) }()
	}
	l.LastNo++
	l.Owed++
	d.No, d.OwedAt = l.LastNo, w.Now()
	o := owed{Delivery: d, event: -1}
	if d.Message == 0 {
		o.event = len(g.events) - 1
	}
	g.owed = append(g.owed, o)
	g.undo = append(g.undo, func() { g.owed = g.owed[:len(g.owed)-1] })
	return nil
}

const countMerged = `SELECT count(*) FROM deliveries WHERE channel = ? AND lane = ? AND no > ? AND merge = ?`

// merges tells whether the lane has a delivery of the same Merge that has not begun.
func (w *Work) merges(l core.Lane, merge string) (bool, error) {
	if merge == "" {
		return false, nil
	}
	begun := l.Head() - 1
	if l.Sending || l.Step > 0 { // steps that are done will not be done again
		begun++
	}
	for _, o := range w.group.owed {
		if o.Channel == l.Channel && o.Lane == l.Lane && o.Merge == merge && o.No > begun {
			return true, nil
		}
	}
	var n int
	err := w.get(&n, countMerged, l.Channel, l.Lane, begun, merge)
	return n > 0, err
}

const countWaiting = `SELECT count(*) FROM deliveries WHERE channel = ? AND lane = ? AND no > ? AND verb = ? AND message = ? AND room = ''`

// Waits tells whether something is owed to the customer about a message, and was surely not tried yet. The lane is locked then.
func (w *Work) Waits(d core.Delivery) (bool, error) {
	l, err := w.Lane(d.Channel, d.Lane)
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	tried := l.Head() - 1
	if l.Sending || l.Step > 0 || l.Attempts > 0 {
		tried++
	}
	for _, o := range w.group.owed {
		if o.Channel == d.Channel && o.Lane == d.Lane && o.Verb == d.Verb && o.Message == d.Message && o.No > tried {
			return true, nil
		}
	}
	var n int
	err = w.get(&n, countWaiting, d.Channel, d.Lane, tried, string(d.Verb), d.Message)
	return n > 0, err
}

const (
	selectDelivery = `SELECT channel, lane, no, rank, verb, session, message, merge, owed_at, room, due_at, file FROM deliveries
	WHERE channel = ? AND lane = ? AND no = ?`
	deleteDelivery = `DELETE FROM deliveries WHERE channel = ? AND lane = ? AND no = ?`
)

// Head gives the lane's first delivery. Where it was owed in this group, its Message may be zero still.
func (w *Work) Head(l core.Lane) (core.Delivery, error) {
	for _, o := range w.group.owed {
		if o.Channel == l.Channel && o.Lane == l.Lane && o.No == l.Head() {
			return o.Delivery, nil
		}
	}
	var d core.Delivery
	return d, w.get(&d, selectDelivery, l.Channel, l.Lane, l.Head())
}

// Settle takes the lane's head away and makes the next delivery the head, due at once, or when it is.
func (w *Work) Settle(l core.Lane) error {
	w.unowe(l)
	l.Owed--
	l.Attempts, l.Step, l.Since, l.Sending, l.DueAt = 0, 0, 0, false, w.Now()
	if l.Owed > 0 {
		next, err := w.Head(l)
		if err != nil {
			return err
		}
		l.Rank, l.DueAt = next.Rank, max(l.DueAt, next.DueAt)
	}
	w.PutLane(l)
	return nil
}

// unowe takes the lane's head from the table, or from what this group is about to put there.
func (w *Work) unowe(l core.Lane) {
	g := w.group
	for i, o := range g.owed {
		if o.Channel == l.Channel && o.Lane == l.Lane && o.No == l.Head() {
			before := g.owed
			g.owed = slices.Delete(slices.Clone(before), i, i+1)
			g.undo = append(g.undo, func() { g.owed = before })
			return
		}
	}
	w.change(deleteDelivery, l.Channel, l.Lane, l.Head())
}

// Due gives the lanes of a channel whose heads may be tried by now, those that matter most first; of fetches no more than given.
func (s *Store) Due(ctx context.Context, c core.ChannelID, now core.Time, limit, fetches int) ([]core.Lane, error) {
	return all[core.Lane](ctx, s, "store.Due", selectDue, c, now, limit, c, now, limit, c, now, limit, c, now, fetches, limit)
}

// Rank by rank, so that each is a beginning of the index: over all, lanes that wait would be walked through on the way to the next rank.
const (
	dueOf     = `SELECT * FROM (` + selectLane + `WHERE channel = ? AND NOT sending AND due_at <= ? AND rank = `
	soonest   = ` ORDER BY due_at LIMIT ?) AS `
	selectDue = dueOf + `0` + soonest + `words UNION ALL ` + dueOf + `1` + soonest + `copies UNION ALL ` + dueOf + `2` + soonest + `cards
		UNION ALL ` + dueOf + `3` + soonest + `fetches ORDER BY rank, due_at LIMIT ?`

	nextOf        = `SELECT min(due_at) AS due_at FROM lanes WHERE channel = ? AND NOT sending AND rank = `
	selectNextDue = `SELECT COALESCE(min(due_at), 0) FROM (` + nextOf + `0 UNION ALL ` + nextOf + `1 UNION ALL ` + nextOf + `2
		UNION ALL ` + nextOf + `3 AND ?) AS ranks`
)

// NextDue gives when the next head of a channel may be tried, fetches included or not; zero if nothing waits.
func (s *Store) NextDue(ctx context.Context, c core.ChannelID, fetches bool) (core.Time, error) {
	return one[core.Time](ctx, s, "store.NextDue", selectNextDue, c, c, c, c, fetches)
}

const selectUnderWay = selectLane + `WHERE channel = ? AND sending ORDER BY lane LIMIT ?`

// UnderWay gives lanes of a channel whose heads are being sent, or were when their process ended.
func (s *Store) UnderWay(ctx context.Context, c core.ChannelID, limit int) ([]core.Lane, error) {
	return all[core.Lane](ctx, s, "store.UnderWay", selectUnderWay, c, limit)
}

const selectBacklog = `SELECT COALESCE(sum(owed), 0) FROM lanes WHERE channel = ?`

// Backlog gives how much is owed to a channel.
func (s *Store) Backlog(ctx context.Context, c core.ChannelID) (int64, error) {
	return one[int64](ctx, s, "store.Backlog", selectBacklog, c)
}
