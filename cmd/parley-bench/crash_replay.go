package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/core"
	"parley/core/store"
)

// replay is what the log says of who held what, and of the timers.
type replay struct {
	*siege
	holders map[core.SessionID]*holding
	holds   map[core.AgentID]int64
	met     map[string]int64
}

// holding is how a session is held.
type holding struct {
	agent   core.AgentID // zero: by nobody
	since   core.Time
	putBack core.AgentID // from whom it was taken last, if nobody has had it since
}

// replayed goes through the whole log: nobody is over the hard limit at any place in it, a session is handed off once at most for each time that
// somebody came to hold it, from them, not before its time, and is not given back to them.
func (s *siege) replayed(ctx context.Context, from *store.Store) (*replay, error) {
	r := &replay{s, map[core.SessionID]*holding{}, map[core.AgentID]int64{}, map[string]int64{}}
	for after := core.EventID(0); ; {
		page, err := from.LogAfter(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return r, err
		}
		for _, e := range page {
			if after = e.ID; e.Session != 0 {
				r.follow(e)
			}
		}
	}
}

func (r *replay) follow(e core.Event) {
	h := r.holders[e.Session]
	if h == nil {
		h = &holding{}
		r.holders[e.Session] = h
	}
	bySystem := e.ActorKind == core.BySystem
	switch e.Kind {
	case core.EventTaken:
		r.give(h, e.Agent(), e)
	case core.EventAssigned:
		if bySystem && e.Target == h.putBack {
			r.fail("%s is given back to who has left its customer waiting", e.Session)
		}
		r.give(h, e.Target, e)
		r.met["given by itself"]++
	case core.EventHandedOff:
		if e.Target == 0 || e.Target != h.agent {
			r.fail("%s is handed off from %s, and %s holds it", e.Session, e.Target, h.agent)
		}
		if due := h.since.Add(lapses[core.Lapse(e.Text)].Seconds.Time()); e.At < due {
			r.fail("%s is handed off %v before its time", e.Session, time.Duration(due-e.At)*time.Microsecond)
		}
		r.give(h, 0, e)
		h.putBack = e.Target
		r.met["handed off"]++
		r.met["handed off: "+e.Text]++
	case core.EventReleased, core.EventTransferred, core.EventReopened:
		r.give(h, 0, e)
	case core.EventEnded:
		r.give(h, 0, e)
		if e.Outcome == core.Expired {
			r.met["ended by its customer's silence"]++
		}
	case core.EventMarked:
		r.met["marked"]++
	case core.EventWoken:
		r.met["woken: "+e.Text]++
	}
}

// lapses are the times of the hand-offs, by what they are told as.
var lapses = map[core.Lapse]core.Timeout{
	core.NoFirstResponse: busyHouse.HandOff.FirstResponse, core.NoFollowUp: busyHouse.HandOff.FollowUp, core.Absent: busyHouse.HandOff.Absence,
}

// give lets an agent hold the session, or with zero nobody.
func (r *replay) give(h *holding, to core.AgentID, e core.Event) {
	if h.agent != 0 {
		r.holds[h.agent]--
	}
	if h.agent, h.since = to, e.At; to == 0 {
		return
	}
	h.putBack = 0
	r.holds[to]++
	if n := r.holds[to]; n > busyHouse.Distribution.Ceiling {
		r.fail("%s holds %d sessions with event %d, and %d is the limit", to, n, e.ID, busyHouse.Distribution.Ceiling)
	}
}

// timed is what every run is to meet.
var timed = []string{"given by itself", "handed off", "ended by its customer's silence", "marked", "woken: customer"}

// report adds what of routing and timers was met, and fails where that is too little for the rest to mean anything.
func (r *replay) report(kind string, to *report) {
	for name, n := range r.met {
		to.Counts[kind+": "+name] = n
	}
	for _, name := range timed {
		if r.met[name] == 0 {
			to.fail("%s: no session was met that was %s", kind, name)
		}
	}
}

// sweptUp reads how many sessions the program has found waiting although there was room for them: each is a fault.
func sweptUp(ctx context.Context, addr string) (int64, error) {
	const name = "parley_route_swept_total "
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, name); is {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return int64(n), err
		}
	}
	return 0, fmt.Errorf("/metrics does not say %s", name)
}
