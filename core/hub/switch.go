package hub

import (
	"context"
	"fmt"

	"parley/core"
	"parley/core/store"
)

// SwitchChange is what a hand does to a department's switch; what is nil stays.
type SwitchChange struct {
	On    *bool // off also ends the use of rules
	Rules *bool // whether rules set it
}

// SetSwitch sets a department's switch by hand. NotFound to who has no part in it, Forbidden, Invalid where there are no rules to use.
func (h *Hub) SetSwitch(ctx context.Context, who core.Actor, id core.DepartmentID, c SwitchChange) (core.Department, error) {
	if err := core.AllowSwitch(who, id); err != nil {
		return core.Department{}, err
	}
	if c.On != nil && c.Rules != nil && !*c.On && *c.Rules {
		return core.Department{}, &core.Error{Op: "hub.SetSwitch", Kind: core.Invalid, Field: "rules", Reason: "cannot be used where it is switched off by hand"}
	}
	var d core.Department
	_, err := h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Department(id) },
		Do: func(w *store.Work) (err error) {
			if d, err = w.Department(id); err != nil {
				return err
			}
			before := d
			by := core.Event{ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Name: who.Agent.PublicName}
			if c.On != nil && d.SwitchByHand(*c.On, w.Now()) {
				flipped(w, id, d.Switch, "", by)
			}
			if c.Rules != nil && *c.Rules != (d.RuledAt != 0) {
				set, err := w.Settings(id)
				if err != nil {
					return err
				}
				rules := set.Activation.Rules
				if *c.Rules && rules == "" {
					return &core.Error{Op: "hub.SetSwitch", Kind: core.Invalid, Field: "rules", Reason: "There are none to use: write them into the department's settings first."}
				}
				if set, rule := d.UseRules(*c.Rules, rules, w.Now()); set {
					flipped(w, id, d.Switch, ruleWords(rule), by)
				}
				by.Kind, by.Department = core.EventDepartmentChanged, id
				w.Tell(settings(by))
			}
			if d != before {
				w.PutDepartment(d)
				auditSwitch(w, who.Hand(), id, viewOfDepartmentSwitch(before), viewOfDepartmentSwitch(d))
				w.Wake(core.AboutDepartment(id), w.Now())
			}
			return nil
		},
	})
	return d, err
}

// SetInstallation sets the switch that stands above those of all departments. Forbidden to all but admins.
func (h *Hub) SetInstallation(ctx context.Context, who core.Actor, on bool) (core.Switch, error) {
	if !who.Agent.Admin {
		return core.Switch{}, &core.Error{Op: "hub.SetInstallation", Kind: core.Forbidden, Reason: "Only an admin switches the whole installation."}
	}
	all, err := h.store.AllDepartments(ctx)
	if err != nil {
		return core.Switch{}, err
	}
	var s core.Switch
	_, err = h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) {
			for _, d := range all {
				k.Department(d.ID)
			}
		},
		Do: func(w *store.Work) (err error) {
			if s, err = w.Switch(); err != nil {
				return err
			}
			before := s
			if !s.Flip(on, core.ByHand, w.Now()) {
				return nil
			}
			w.PutSwitch(s)
			auditSwitch(w, who.Hand(), 0, viewOfSwitch(before), viewOfSwitch(s))
			flipped(w, 0, s, "", core.Event{ActorKind: core.ByAgent, Actor: int64(who.Agent.ID), Name: who.Agent.PublicName})
			return nil
		},
	})
	return s, err
}

// flipped tells that a switch was set, and keeps it in the history with that (S1.38).
func flipped(w *store.Work, of core.DepartmentID, s core.Switch, reason string, by core.Event) {
	by.Kind, by.Department, by.Text, by.Reason = core.EventDepartmentSwitched, of, "off", reason
	if s.SwitchedOn {
		by.Text = "on"
	}
	by.Data = core.Extra{By: s.SwitchedBy}.Data()
	w.Tell(settings(by))
}

func ruleWords(rule string) string {
	if rule == "" {
		return "No rule names the day."
	}
	return "The rule: " + rule
}

// follow lets a department's switch be as its rules want it by now, and gives when they have their next edge.
func (h *Hub) follow(w *store.Work, id core.DepartmentID, s core.Settings) (d core.Department, next core.Time, err error) {
	if d, err = w.Department(id); err != nil {
		return d, 0, err
	}
	before := d
	set, rule, next := d.FollowRules(s.Activation.Rules, w.Now())
	if set {
		flipped(w, id, d.Switch, ruleWords(rule), core.Event{})
	}
	if d != before {
		w.PutDepartment(d)
	}
	return d, next, nil
}

// lookAtDepartment does what a department's rules and threshold ask for by now, and says when to look again. Its queue is served, whoever may have
// got room.
func (h *Hub) lookAtDepartment(w *store.Work, t core.Timer) error {
	id := core.DepartmentID(t.ID)
	settings, err := w.Settings(id)
	if err != nil {
		return err
	}
	d, next, err := h.follow(w, id, settings)
	if err != nil {
		return err
	}
	if d.Crowded() {
		waiting, err := w.Crowd(id, settings.Activation.Threshold)
		if err != nil {
			return err
		}
		set, again := d.Thin(settings.Activation.Threshold, waiting, w.Now())
		if set {
			w.PutDepartment(d)
			flipped(w, id, d.Switch, "Fewer are waiting again.", core.Event{})
		}
		next = sooner(next, again)
	}
	again, err := h.tellPlaces(w, d, settings.Queue)
	if err != nil {
		return err
	}
	w.Rest(t.Subject, sooner(next, again))
	return h.serveAll(w, id)
}

// crowd switches a department off where as many wait now as its threshold says.
func (h *Hub) crowd(w *store.Work, id core.DepartmentID) error {
	settings, err := w.Settings(id)
	limit := settings.Activation.Threshold
	if err != nil || limit == 0 {
		return err
	}
	d, err := w.Department(id)
	if err != nil || !d.SwitchedOn {
		return err
	}
	waiting, err := w.Crowd(id, limit)
	if err != nil || !d.Crowd(limit, waiting, w.Now()) {
		return err
	}
	w.PutDepartment(d)
	flipped(w, id, d.Switch, fmt.Sprintf("As many were waiting as the threshold says: %d", limit), core.Event{})
	w.Wake(core.AboutDepartment(id), w.Now().Add(core.ThresholdRest))
	return nil
}

// grown tells whether one more waits in the session's department than before.
func grown(before, now core.Session) bool {
	return now.Crowds() && (!before.Crowds() || before.Department != now.Department)
}

// rulesInUse gives the rules of those of the departments that follow any.
func rulesInUse(w *store.Work, of []core.Department) (map[core.DepartmentID]core.Rules, error) {
	rules := map[core.DepartmentID]core.Rules{}
	for _, each := range of {
		d, err := w.Department(each.ID)
		if err != nil {
			return nil, err
		}
		if d.RuledAt == 0 {
			continue
		}
		settings, err := w.Settings(d.ID)
		if err != nil {
			return nil, err
		}
		rules[d.ID] = settings.Activation.Rules
	}
	return rules, nil
}

// reruled lets departments that follow rules follow others at once.
func reruled(w *store.Work, before map[core.DepartmentID]core.Rules) error {
	for id, old := range before {
		d, err := w.Department(id)
		if err != nil {
			return err
		}
		settings, err := w.Settings(id)
		if err != nil {
			return err
		}
		rules := settings.Activation.Rules
		if rules == old || rules == "" {
			continue
		}
		w.Wake(core.AboutDepartment(id), w.Now())
		if set, rule := d.UseRules(true, rules, w.Now()); set {
			flipped(w, id, d.Switch, ruleWords(rule), core.Event{})
		}
		w.PutDepartment(d)
	}
	return nil
}
