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

// RecordByRule creates what a rule has found, in the work of who follows the log, as a rule that is on still, and tells why it cannot: a sentence, "" if it
// could. What is there already is not created again.
func (h *Hub) RecordByRule(w *store.Work, f core.RuleFind) (failure string, err error) {
	r, err := w.RecordRule(f.Rule)
	if core.KindOf(err) == core.NotFound || err == nil && !r.Enabled() {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	s, err := w.Session(f.Session)
	if err != nil {
		return "", err
	}
	a := &act{Work: w, hub: h, s: s, rule: r.Name}
	err = a.createRecord(core.CreateRecord{Session: s.ID, Type: r.Type, Fields: f.Form})
	if failure = core.RuleFailureOf(err); failure != "" {
		return failure, nil
	}
	return "", err
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
