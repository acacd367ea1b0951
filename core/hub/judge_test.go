package hub

import (
	"context"
	"slices"
	"time"

	"parley/core"
	"parley/core/store"
)

// judge holds what the hub keeps against what the events and the model say. What a look is about to see to, because its timer is due, is left to it.
func (p *play) judge() {
	ctx := context.Background()
	for _, d := range p.departments {
		p.settings[d] = must(p.store.Settings(ctx, d))
	}
	for _, e := range must(p.store.LogAfter(ctx, p.seen, 1000)) {
		p.seen = e.ID
		if e.Session != 0 {
			p.follow(e)
		}
	}
	if found := must(p.store.Doctor(ctx, false)); len(found) > 0 {
		p.wrong("recount: %s", found[0])
	}
	rows := map[core.SessionID]core.Session{}
	all := core.Scope{Departments: []core.DepartmentID{min(p.support, p.sales), max(p.support, p.sales)}}
	for _, s := range must(p.store.Summaries(ctx, all, p.order)) {
		rows[s.ID] = s.Session
		m := p.sessions[s.ID]
		if m.language == "" { // it began with what the channel told
			m.language = s.Language
		}
		if !m.keeps(s) || m.language != s.Language {
			p.wrong("kept %+v, replayed %+v, %d unread of %d", s, m, m.unread(), len(m.lines))
		}
		p.keptOut(s)
	}
	if len(rows) != len(p.order) {
		p.wrong("%d sessions are kept, %d replayed", len(rows), len(p.order))
	}
	timers := map[core.Subject]core.Time{}
	for _, t := range must(p.store.DueTimers(ctx, 1<<62, 1000)) {
		timers[t.Subject] = t.DueAt
	}
	p.served(timers)
	p.placed(rows)
	p.timed(rows, timers)
	if unserved := must(p.store.Unserved(ctx, p.now())); len(unserved) > 0 || p.swept > 0 {
		p.wrong("the sweep finds %v, and has found %d", unserved, p.swept)
	}
}

// follow takes an event into the model, if it may happen to the session as it is.
func (p *play) follow(e core.Event) {
	m := p.sessions[e.Session]
	if m == nil {
		m = newTold(e)
		p.sessions[m.id], p.order = m, append(p.order, m.id)
	}
	if e.Seq != int64(len(m.lines)+1) {
		p.wrong("event %d of %s follows %d", e.Seq, m.id, len(m.lines))
	}
	if m.snoozed && e.ActorKind == core.BySystem && e.Kind != core.EventWoken && e.Text != core.QueueNotice { // its customer waits on at their place
		p.wrong("%s is snoozed, and its time has run: %+v", m.id, e)
	}
	switch e.Kind {
	case core.EventEnded:
		p.abandoned(m, e)
	case core.EventTaken:
		if e.Agent() == botOfPlays {
			p.begins(m, e)
			break
		}
		p.given(m, e.Agent(), false, e.At)
	case core.EventAssigned:
		p.given(m, e.Target, e.ActorKind == core.BySystem, e.At)
	case core.EventHandedOff:
		if m.holder == 0 || m.holder != e.Target {
			p.wrong("%s is handed off by %s, and %s has it", m.id, e.Target, m.holder)
		}
	case core.EventBlocked:
		p.blocked[m.customer] = &block{until: must(core.ParseExtra(e.Data)).Until}
	case core.EventUnblocked:
		delete(p.blocked, m.customer)
	}
	m.follow(e)
	if how := p.settings[m.where].Distribution; how.Automatic() && how.LastAgent.On {
		if former := p.former(m, e); p.receives(former, m.where) {
			m.former = former
		}
	}
}

// begins says whether a bot may have a session: one that has just begun, where its department wants that, and nobody has asked for a person (FEATURES C20).
func (p *play) begins(m *told, e core.Event) {
	if m.state != core.Waiting || m.holder != 0 || m.since != e.At || e.Audience != core.AgentsOnly || p.settings[m.where].Bot.Agent != botOfPlays {
		p.wrong("the bot gets %s: %+v", m.id, m)
	}
}

// former gives whom a customer talked to last who comes back with an event; zero: nobody, or they do not come back.
func (p *play) former(m *told, e core.Event) core.AgentID {
	if e.Kind != core.EventStarted && e.Kind != core.EventReopened {
		return 0
	}
	if e.Target != 0 {
		return e.Target
	}
	for _, id := range slices.Backward(p.order) {
		if before := p.sessions[id]; before.customer == m.customer && !before.open() && before.holder != 0 && before.holder != botOfPlays {
			return before.holder
		}
	}
	return 0
}

// abandoned says whether a session may end because its customer has gone (FEATURES C1, C21).
func (p *play) abandoned(m *told, e core.Event) {
	if e.Outcome == core.Abandoned && m.state != core.Empty && (len(m.inside) > 0 || m.met || p.visits[m.customer].Add(10*time.Minute) > e.At) {
		p.wrong("%s is abandoned: met %t, its customer was there %v", m.id, m.met, p.visits[m.customer])
	}
}

// given says whether somebody may come to hold a session more (FEATURES C4), by itself or by hand.
func (p *play) given(m *told, who core.AgentID, byItself bool, at core.Time) {
	how := p.settings[m.where].Distribution
	if limit := how.Limit(p.limits[who]); limit != 0 && p.holds(who) >= limit && (byItself || how.HardLimit || !p.over) {
		p.wrong("%s is given %s and has %d of %d, by itself: %t, hard limit: %t", who, m.id, p.holds(who), limit, byItself, how.HardLimit)
	}
	if from := p.kept(m, who); byItself && from > at {
		p.wrong("%s is given %s %v, which is kept from them until %v", who, m.id, at, from)
	}
	if byItself && (!how.Automatic() || !p.receives(who, m.where) || m.put == who) {
		p.wrong("%s is given %s: they say %s, are there: %t, put it back: %t, by %s", who, m.id, p.word[who], p.there(who), m.put == who, how.Strategy)
	}
}

func (p *play) holds(who core.AgentID) (n int64) {
	for _, m := range p.sessions {
		if m.open() && m.holder == who {
			n++
		}
	}
	return n
}

func (p *play) there(who core.AgentID) bool {
	for s, until := range p.until {
		if s.agent == who && until > p.now() {
			return true
		}
	}
	return false
}

// receives tells whether sessions of a department come to an agent (FEATURES C4).
func (p *play) receives(who core.AgentID, in core.DepartmentID) bool {
	for _, a := range p.agents {
		if a.Agent.ID == who {
			return a.Roles[in].Has(core.Operator) && (p.word[who] == core.AgentAvailable || p.word[who] == core.AgentBusy) && p.there(who)
		}
	}
	return false
}

// served finds that nobody waits for whom there is room (FEATURES C3).
func (p *play) served(timers map[core.Subject]core.Time) {
	for _, m := range p.sessions {
		at, timed := timers[core.AboutDepartment(m.where)]
		if m.state != core.Waiting || timed && at <= p.now() {
			continue
		}
		how := p.settings[m.where].Distribution
		for _, a := range p.agents {
			who := a.Agent.ID
			limit := how.Limit(p.limits[who])
			if how.Automatic() && p.receives(who, m.where) && m.put != who && (limit == 0 || p.holds(who) < limit) && p.kept(m, who) <= p.now() {
				p.wrong("%s waits, and %s has %d of %d", m.id, who, p.holds(who), limit)
			}
		}
	}
}

// placed finds that only who waits on a messenger, and has met nobody, is shown their place (FEATURES A6).
func (p *play) placed(rows map[core.SessionID]core.Session) {
	for _, s := range rows {
		waits := (s.State == core.Waiting || s.State == core.Pending) && !s.Connected && s.Channel == p.messenger
		if (s.QueueSeq != 0) != (s.QueueText != "") || s.QueueSeq != 0 && !waits {
			p.wrong("%s is shown %q in message %d, state %s, met %t", s.ID, s.QueueText, s.QueueSeq, s.State, s.Connected)
		}
	}
}

// kept gives until when a session is others' who suit it (FEATURES C28).
func (p *play) kept(m *told, who core.AgentID) core.Time {
	how, can := p.settings[m.where].Distribution, p.can[who]
	if how.LastAgent.On && m.former != 0 && m.former == who {
		return 0
	}
	var until core.Time
	for _, of := range []struct {
		suits bool
		lasts core.Preference
	}{
		{!how.LastAgent.On || m.former == 0, core.Preference{Seconds: how.LastAgent.Seconds}},
		{m.language == "" || can.Languages.Has(m.language), how.Language},
		{p.skilled(m, can), how.Skills},
	} {
		switch {
		case of.suits:
		case of.lasts.Strict:
			return core.Never
		case of.lasts.Seconds > 0:
			until = max(until, m.since.Add(of.lasts.Seconds.Time()))
		}
	}
	return until
}

// skilled tells whether an agent has all skills that a session asks for: each of its tags is one.
func (p *play) skilled(m *told, can core.Abilities) bool {
	for tag := range m.tags {
		if !slices.Contains(can.Skills.List(), tag) {
			return false
		}
	}
	return true
}

// keptOut compares how a session's customer is kept out.
func (p *play) keptOut(s store.Summary) {
	b := p.blocked[s.Conversation]
	if b != nil && b.until != 0 && b.until <= p.now() {
		b = nil
	}
	if (s.Blocked.Since != 0) != (b != nil) || b != nil && (s.Blocked.Until != b.until || s.Blocked.Dropped != b.dropped) {
		p.wrong("kept %+v, replayed %+v", s.Blocked, b)
	}
}

// timed finds that of the open sessions none has a rule that asks for anything now, and that each is looked at when its rules next ask.
func (p *play) timed(rows map[core.SessionID]core.Session, timers map[core.Subject]core.Time) {
	_, err := p.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		for _, s := range rows {
			at, timed := timers[core.AboutSession(s.ID)]
			if !s.Open() || timed && at <= max(p.now(), p.late) {
				continue
			}
			asks, next, err := p.asks(w, s)
			switch {
			case err != nil:
				return err
			case asks != "":
				p.wrong("nobody looks at %s, and it asks for %s; its timer is %v, now %v: %+v", s.ID, asks, at, p.now(), s)
			case next != 0 && (!timed || at > next):
				p.wrong("%s is looked at %v, and asks for that at %v, now %v: %+v", s.ID, at, next, p.now(), s)
			}
		}
		return nil
	}})
	must(0, err)
}

// asks gives what the rules of a session ask for now, "" for nothing, and when they next do.
func (p *play) asks(w *store.Work, s core.Session) (string, core.Time, error) {
	if s.State == core.Empty {
		next := s.StartedAt.Add(core.EmptyTime)
		if next <= p.now() {
			return "being abandoned", 0, nil
		}
		return "", next, nil
	}
	set := p.settings[s.Department]
	pulls := s.Channel != p.messenger
	silence, next := set.AutoClose.Look(s, pulls, p.now())
	marks, passes := set.Service.Look(s, p.now())
	var gone core.Time
	if s.Assignee != 0 {
		holder, err := w.Agent(s.Assignee)
		if err != nil {
			return "", 0, err
		}
		at, err := w.Attendance(s.Assignee)
		if err != nil {
			return "", 0, err
		}
		gone = at.Gone(s, holder, p.now())
	}
	lapse, lapses := set.HandOff.Look(s, gone, 0, p.now())
	if s.Bot {
		lapse, lapses = set.Bot.Look(s, set.Bot.Agent == s.Assignee, p.now())
	}
	seen, err := w.CustomerSeen(s.ID)
	if err != nil {
		return "", 0, err
	}
	var left bool
	var leaves core.Time
	if pulls {
		left, leaves = set.Abandon.Look(s, seen, p.now())
	}
	switch {
	case left:
		return "being abandoned by who has gone", 0, nil
	case silence != core.Bearable:
		return "its customer's silence: " + string(silence), 0, nil
	case marks != s.Marks:
		return "the marks " + string(marks), 0, nil
	case lapse != core.NoLapse:
		return "a hand-off: " + string(lapse), 0, nil
	case s.Wakes(p.now()):
		return "being woken", 0, nil
	}
	return "", sooner(sooner(sooner(next, passes), sooner(lapses, s.SnoozedUntil)), leaves), nil
}
