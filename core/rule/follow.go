package rule

import (
	"context"
	"slices"

	"parley/core"
	"parley/core/store"
)

const (
	mostRows  = 200  // of the log in one step
	mostFinds = 100  // in one step, beyond those of one event
	mostIdle  = 1000 // rows of which nothing was found until that is written down
)

// follow creates what rules find in the next rows of the log; more tells whether there may be others. It is all or nothing.
func (h *holding) follow(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	rules, err := h.rules(ctx)
	if err != nil || len(rules) == 0 {
		return false, err
	}
	cursor, err := h.Store.RuleCursor(ctx)
	if err != nil {
		return false, err
	}
	h.seen = max(h.seen, cursor.Seen)
	events, err := h.Store.LogAfter(ctx, h.seen, mostRows)
	if err != nil || len(events) == 0 {
		return false, err
	}
	finds, seen, err := h.look(ctx, rules, events)
	if err != nil {
		return false, err
	}
	if len(finds) > 0 || seen-cursor.Seen >= mostIdle {
		err = h.keep(ctx, cursor.Seen, seen, finds)
	}
	if err == nil {
		h.seen = seen
	}
	return seen < cursor.Head, err
}

// rules gives those that are on, ready to run. One that is not what this program takes was kept by another.
func (h *holding) rules(ctx context.Context) ([]*ready, error) {
	all, err := h.Store.RecordRules(ctx)
	if err != nil {
		return nil, err
	}
	known := h.ready
	h.ready = map[core.RecordRuleID]*ready{}
	var on []*ready
	for _, r := range all {
		if !r.Enabled() {
			continue
		}
		made := known[r.ID]
		if made == nil || made.Version != r.Version {
			if made, err = prepare(r); err != nil {
				h.Log.WarnContext(ctx, "a rule cannot be read, and is passed over", "rule", r.ID, "error", err)
				continue
			}
		}
		h.ready[r.ID] = made
		on = append(on, made)
	}
	return on, nil
}

// look gives what rules find in events, and up to which of them they have looked: not to the last one where there is much, or it takes long.
func (h *holding) look(ctx context.Context, rules []*ready, events []core.Event) (finds []core.RuleFind, seen core.EventID, err error) {
	p, err := h.past(ctx, rules, events)
	if err != nil {
		return nil, 0, err
	}
	until := h.Clock().Add(lookTime)
	for i, e := range events {
		if i > 0 && (len(finds) >= mostFinds || h.Clock().After(until)) {
			break
		}
		found, err := h.at(ctx, p, rules, e)
		if err != nil {
			return nil, 0, err
		}
		finds, seen = append(finds, found...), e.ID
	}
	return finds, seen, nil
}

// past is what rules need besides events.
type past struct {
	sessions map[core.SessionID]store.Summary
	types    map[core.RecordTypeID]core.RecordType
}

// past reads the sessions of events that some rule waits for, and the types of rules.
func (x *Rules) past(ctx context.Context, rules []*ready, events []core.Event) (past, error) {
	p := past{map[core.SessionID]store.Summary{}, map[core.RecordTypeID]core.RecordType{}}
	var concerned []core.SessionID
	for _, e := range events {
		for _, as := range core.HookEventsOf(e, core.Offline) {
			if slices.ContainsFunc(rules, func(r *ready) bool { return r.On == as && r.Department == e.Department }) {
				concerned = append(concerned, e.Session)
			}
		}
	}
	slices.Sort(concerned)
	sessions, err := x.Store.HookSessions(ctx, slices.Compact(concerned))
	if err != nil {
		return p, err
	}
	for _, s := range sessions {
		p.sessions[s.ID] = s
	}
	for _, r := range rules {
		if _, known := p.types[r.Type]; known || len(sessions) == 0 {
			continue
		}
		if p.types[r.Type], err = x.Store.RecordType(ctx, r.Type); err != nil {
			return p, err
		}
	}
	return p, nil
}

// at gives what rules find in an event.
func (x *Rules) at(ctx context.Context, p past, rules []*ready, e core.Event) (finds []core.RuleFind, err error) {
	s, concerned := p.sessions[e.Session]
	if !concerned {
		return nil, nil
	}
	for _, as := range core.HookEventsOf(e, s.Aside) {
		of := sightOf(as, e, s)
		for _, r := range rules {
			if !r.Wants(e, as, s.Session) {
				continue
			}
			f := core.RuleFind{Rule: r.ID, Event: e.ID, Session: e.Session}
			held, failed := r.holds(of)
			if held {
				begun, err := x.begun(ctx, p.types[r.Type], s)
				if err != nil {
					return nil, err
				}
				f.Form, failed = r.fill(begun, of)
			}
			if failed != nil {
				f.Fault = core.RuleFaultOf(failed, p.types[r.Type])
			}
			if held || failed != nil {
				finds = append(finds, f)
			}
		}
	}
	return finds, nil
}

// begun gives what a form of a type begins with.
func (x *Rules) begun(ctx context.Context, t core.RecordType, s store.Summary) (core.FieldValues, error) {
	forms, err := x.Store.Forms(ctx, s, t)
	if err != nil {
		return nil, err
	}
	return forms[0].Values, nil
}

// keep creates what was found, notes what could not be, and writes down how far the log was followed.
func (h *holding) keep(ctx context.Context, from, seen core.EventID, finds []core.RuleFind) error {
	_, err := h.Writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) {
			for _, f := range finds {
				k.Session(f.Session)
			}
		},
		Do: func(w *store.Work) error {
			if err := w.Holds(lease, h.epoch); err != nil {
				return err
			}
			if err := w.FollowRules(from, seen); err != nil {
				return err
			}
			for _, f := range finds {
				fault := f.Fault
				if fault.Reason == "" {
					var err error
					if fault, err = h.Create(w, f); err != nil {
						return err
					}
				}
				if fault.Reason != "" {
					w.FailRecordRule(f.Rule, fault)
				}
			}
			return nil
		},
	})
	return err
}
