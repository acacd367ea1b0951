package core

import "time"

// Pace is how fast a department's queue is served. It is kept with the deeds: every node knows it, and it outlives them.
type Pace struct {
	ServedEach int64 `db:"served_each"` // what one who waits takes of one agent, in the mean: microseconds; zero: nothing is known
	ServedAt   Time  `db:"served_at"`   // when the last was served, or when the first came into the empty queue since; nearer or further, as others serve now than did then
	ServedBy   int64 `db:"served_by"`   // operators who receive sessions, as they were counted last while a customer looked on
}

const (
	paceShare   = 16        // the newest is this part of the mean
	longestPace = time.Hour // what takes longer was no serving, but a night
)

// Enqueue counts one more in the department's queue.
func (d *Department) Enqueue(now Time) {
	if d.Unassigned == 0 {
		d.ServedAt = now
	}
	d.Unassigned++
}

// Serve counts one less: somebody got it. Who leaves the queue otherwise says nothing of how fast it is served.
func (d *Department) Serve(now Time) {
	d.Unassigned--
	d.Pace = d.served(now)
}

// Man says how many operators receive sessions from now on. What was done for the next one already counts as if they had done it.
func (p *Pace) Man(agents int64, now Time) {
	if p.ServedBy == 0 || agents == 0 {
		p.ServedAt = now
	} else {
		p.ServedAt = now - (now-p.ServedAt)*Time(p.ServedBy)/Time(agents)
	}
	p.ServedBy = agents
}

// served is the pace where one is served now.
func (p Pace) served(now Time) Pace {
	took := int64(min(max(now-p.ServedAt, 1), Time(longestPace.Microseconds()))) * max(p.ServedBy, 1)
	if p.ServedEach != 0 {
		took = max(p.ServedEach+(took-p.ServedEach)/paceShare, 1)
	}
	return Pace{took, now, p.ServedBy}
}

// Estimate says how long it takes until the one at that place of the queue, from 1, is served; zero: nobody knows. Where the next one is overdue the
// pace is what it would be if they were served now.
func (p Pace) Estimate(place int64, now Time) time.Duration {
	if p.ServedEach == 0 || p.ServedBy == 0 {
		return 0
	}
	if slower := p.served(now); slower.ServedEach > p.ServedEach {
		p = slower
	}
	return time.Duration(place*p.ServedEach/p.ServedBy) * time.Microsecond
}
