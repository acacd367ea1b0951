package hub

import (
	"context"
	"maps"
	"slices"

	"parley/core"
	"parley/core/rule"
	"parley/core/store"
)

// SetRecordRule adds a rule to a department, or changes the one that has its id: all but its department. It is on or off, as EnabledAt is zero or not; one
// that is switched on sees what happens from then on. version is the rule's as the admin saw it; zero is any. Errors: Forbidden to all but admins,
// NotFound, Invalid with the field, Taken where it has changed since.
func (h *Hub) SetRecordRule(ctx context.Context, who core.Actor, r core.RecordRule, version int64) (core.RecordRule, error) {
	const op = "hub.SetRecordRule"
	if err := governs(who); err != nil {
		return r, err
	}
	if err := rule.Check(r); err != nil {
		return r, err
	}
	added := r.ID == 0
	var after core.RecordRule
	err := h.withRule(ctx, who, r, func(w *store.Work, hand core.Hand, was core.RecordRule, others []core.RecordRule) error {
		switch {
		case version != 0 && version != was.Version:
			return &core.Error{Op: op, Kind: core.Taken, Reason: "This rule has changed since you looked at it."}
		case slices.ContainsFunc(others, func(o core.RecordRule) bool { return o.Name == r.Name }):
			return &core.Error{Op: op, Kind: core.Invalid, Field: "name", Reason: "is another rule's of this department"}
		case added && len(others) >= core.MaxRecordRules:
			return &core.Error{Op: op, Kind: core.Invalid, Field: "name", Reason: "would be one rule too many: a department has at most 50"}
		}
		after = r
		after.ID, after.Department, after.CreatedAt, after.RuleFailure = was.ID, was.Department, was.CreatedAt, core.RuleFailure{}
		if after.Enabled() { // since when, is not for the caller to say
			after.EnabledAt = w.Now()
			if was.Enabled() {
				after.EnabledAt = was.EnabledAt
			}
		}
		if after.Enabled() || after.Type != was.Type { // switched off it may be, whatever became of its type
			if err := fits(w, after); err != nil {
				return err
			}
		}
		if was.Version != 0 && sameRule(after, was) {
			after = was
			return nil
		}
		after.Version = was.Version + 1
		w.PutRecordRule(after)
		auditRecordRule(w, hand, was, after)
		return nil
	})
	return after, err
}

// fits tells whether a rule is of a type that its department has.
func fits(w *store.Work, r core.RecordRule) error {
	t, err := w.RecordType(r.Type)
	if core.KindOf(err) == core.NotFound || err == nil && (t.Department != r.Department || t.RemovedAt != 0) {
		return &core.Error{Op: "hub.SetRecordRule", Kind: core.Invalid, Field: "type", Reason: "is no kind of record of this department"}
	}
	if err != nil {
		return err
	}
	return r.Fits(t)
}

// RemoveRecordRule takes a rule away. What it has created stays. Errors: as SetRecordRule.
func (h *Hub) RemoveRecordRule(ctx context.Context, who core.Actor, id core.RecordRuleID) error {
	if err := governs(who); err != nil {
		return err
	}
	return h.withRule(ctx, who, core.RecordRule{ID: id}, func(w *store.Work, hand core.Hand, was core.RecordRule, _ []core.RecordRule) error {
		w.RemoveRecordRule(id)
		auditRecordRule(w, hand, was, core.RecordRule{ID: id})
		return nil
	})
}

// withRule does something to a rule that is there, or to one that is to be: that has an id, its department and no version yet. others are all of its
// department but this one.
func (h *Hub) withRule(
	ctx context.Context, who core.Actor, r core.RecordRule, do func(w *store.Work, hand core.Hand, was core.RecordRule, others []core.RecordRule) error,
) error {
	hand, department := h.handOf(ctx), r.Department
	if r.ID != 0 {
		stored, err := h.store.RecordRule(ctx, r.ID)
		if err != nil {
			return err
		}
		department = stored.Department
	}
	_, err := h.writer.Do(ctx, store.Job{
		Touch: func(k *store.Keys) { k.Department(department) },
		Do: func(w *store.Work) error {
			if _, err := w.Department(department); err != nil {
				return err
			}
			others, err := w.RecordRulesOf(department)
			if err != nil {
				return err
			}
			was := core.RecordRule{ID: core.RecordRuleID(h.ids.Next(w.Now())), Department: department, CreatedAt: w.Now()}
			if r.ID != 0 {
				at := slices.IndexFunc(others, func(o core.RecordRule) bool { return o.ID == r.ID })
				if at < 0 {
					return &core.Error{Op: "hub.withRule", Kind: core.NotFound}
				}
				was = others[at]
				others = slices.Delete(others, at, at+1)
			}
			if err := do(w, hand, was, others); err != nil {
				return err
			}
			w.Tell(settings(by(who, core.Event{Kind: core.EventDepartmentChanged, Department: department})))
			return nil
		},
	})
	return err
}

// sameRule tells whether a rule would be as it was. One that has failed since begins anew when it is set again.
func sameRule(a, b core.RecordRule) bool {
	return a.Name == b.Name && a.On == b.On && a.When == b.When && a.Type == b.Type && maps.Equal(a.Fields, b.Fields) && a.EnabledAt == b.EnabledAt && b.Failures == 0
}

// RecordByRule creates what a rule has found, or lets the account of its session's customer be looked for, in the work of who follows the log, as a rule
// that is on still, and tells why it cannot. What is there already is not created again.
func (h *Hub) RecordByRule(w *store.Work, f core.RuleFind) (core.RuleFault, error) {
	return h.byRule(w, f.Rule, f.Session, func(a *act, r core.RecordRule) error {
		t, err := a.recordType(r.Type)
		if err != nil {
			return err
		}
		d := core.CreateRecord{Session: a.s.ID, Type: r.Type, Fields: f.Form}
		switch {
		case t.Use == core.UseAccount:
			return a.searchAccount(r.ID, d)
		case r.On == core.HookRated:
			return a.recordRating(r.ID, d)
		}
		return a.createRecord(d)
	})
}

// AccountByRule gives a customer whose account was looked for the one that was found, or registers them where there was none, in the work of who has asked
// the provider, as a rule that is on still, and tells why it cannot. One who has an account by now keeps it.
func (h *Hub) AccountByRule(w *store.Work, search core.AccountSearch, found []core.RemoteRecord) (core.RuleFault, error) {
	return h.byRule(w, search.Rule, search.Session, func(a *act, _ core.RecordRule) error {
		t, err := a.accountType()
		if err != nil {
			return err
		}
		_, now, err := a.account(t)
		switch {
		case err != nil || now.ID != 0:
			return err
		case len(found) > 1:
			return &core.Error{Op: "hub.AccountByRule", Kind: core.Taken, Reason: "Several accounts have what is known of a customer: an agent has to match them."}
		case len(found) == 1 && t.ID == search.Type:
			return a.matchAccount(core.MatchAccount{Session: search.Session, Remote: found[0].ID, Found: found[0]})
		}
		return a.registerAccount(core.RegisterAccount{Session: search.Session, Type: search.Type, Fields: search.Fields})
	})
}

// byRule does something in a session as a rule, if that is on, and tells apart an error that is the rule's.
func (h *Hub) byRule(w *store.Work, rule core.RecordRuleID, in core.SessionID, do func(*act, core.RecordRule) error) (fault core.RuleFault, err error) {
	r, err := w.RecordRule(rule)
	if core.KindOf(err) == core.NotFound || err == nil && !r.Enabled() {
		return fault, nil
	}
	if err != nil {
		return fault, err
	}
	t, err := w.RecordType(r.Type)
	if err != nil {
		return fault, err
	}
	s, err := w.Session(in)
	if err != nil {
		return fault, err
	}
	err = do(&act{Work: w, hub: h, s: s, rule: r.Name}, r)
	if fault = core.RuleFaultOf(err, t); fault.Reason != "" {
		return fault, nil
	}
	return fault, err
}

// searchAccount lets the account of the session's customer be looked for, if they have none, it never was, and they have said how they are reached; a form
// for it is there if it has to be registered.
func (a *act) searchAccount(rule core.RecordRuleID, d core.CreateRecord) error {
	t, fields, err := a.form(d, core.UseAccount)
	if err != nil {
		return err
	}
	if _, err := a.accountType(); err != nil {
		return err
	}
	customer, now, err := a.account(t)
	if err != nil || now.ID != 0 || !t.Reached(fields) {
		return err
	}
	a.AddAccountSearch(core.AccountSearch{
		Customer: customer, Binding: t.Binding, Session: a.s.ID, Type: t.ID, Rule: rule, Fields: fields, DueAt: a.Now(),
	})
	return nil
}

// recordRuleView is what the audit log shows of a rule.
type recordRuleView struct {
	Name       string            `json:"name"`
	Department core.DepartmentID `json:"department"`
	On         core.HookEvent    `json:"on"`
	When       string            `json:"when,omitempty"`
	Type       core.RecordTypeID `json:"type"`
	Fields     core.FieldValues  `json:"fields,omitempty"`
	Enabled    bool              `json:"enabled"`
}

// auditRecordRule notes what a rule becomes; before has no version where it is new, after none where it is removed.
func auditRecordRule(w *store.Work, by core.Hand, before, after core.RecordRule) {
	view := func(r core.RecordRule) any {
		if r.Version == 0 {
			return nil
		}
		return recordRuleView{r.Name, r.Department, r.On, r.When, r.Type, r.Fields, r.Enabled()}
	}
	action := core.AuditRuleChanged
	switch {
	case before.Version == 0:
		action = core.AuditRuleAdded
	case after.Version == 0:
		action = core.AuditRuleRemoved
	}
	w.Audit(core.AuditEntry{
		Hand: by, Action: action, Subject: core.AuditedRecordRule, SubjectID: after.ID.String(), Changes: core.ChangesOf(view(before), view(after)).Text(),
	})
}
