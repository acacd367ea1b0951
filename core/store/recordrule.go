package store

import (
	"context"

	"parley/core"
)

const (
	recordRuleColumns = `id, department, name, event, condition, type, fields, enabled_at, version, created_at, failures, failed_at, field, reason`
	selectRecordRule  = `SELECT ` + recordRuleColumns + ` FROM record_rules `
)

const selectOneRecordRule = selectRecordRule + `WHERE id = ?`

// RecordRule gives a rule; NotFound if there is none.
func (w *Work) RecordRule(id core.RecordRuleID) (r core.RecordRule, err error) {
	return r, w.get(&r, selectOneRecordRule, id)
}

// RecordRule gives a rule; NotFound if there is none.
func (s *Store) RecordRule(ctx context.Context, id core.RecordRuleID) (core.RecordRule, error) {
	return one[core.RecordRule](ctx, s, "store.RecordRule", selectOneRecordRule, id)
}

const selectRecordRulesOf = selectRecordRule + `WHERE department = ? ORDER BY id`

// RecordRulesOf gives a department's rules, in the order in which they were added. Nobody changes them while the department is locked.
func (w *Work) RecordRulesOf(d core.DepartmentID) (rules []core.RecordRule, err error) {
	g := w.group
	return rules, w.read(g.query(&rules, g.tx.Rebind(selectRecordRulesOf), d))
}

const selectRecordRules = selectRecordRule + `ORDER BY department, id`

// RecordRules gives all rules, those of a department in the order in which they were added.
func (s *Store) RecordRules(ctx context.Context) ([]core.RecordRule, error) {
	return all[core.RecordRule](ctx, s, "store.RecordRules", selectRecordRules)
}

const (
	// Without rules nobody follows the log, and the first one sees nothing of the past.
	followRules = `INSERT INTO rule_cursor (id, seen) SELECT 1, (SELECT COALESCE(max(id), 0) FROM log)
	WHERE NOT EXISTS (SELECT 1 FROM record_rules WHERE enabled_at <> 0) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`
	upsertRecordRule = `INSERT INTO record_rules (` + recordRuleColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', '')
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, event = excluded.event, condition = excluded.condition, type = excluded.type,
	fields = excluded.fields, enabled_at = excluded.enabled_at, version = excluded.version, failures = 0, failed_at = 0, field = '', reason = ''`
)

// PutRecordRule adds or changes a rule, which begins anew: what it could not do before is forgotten.
func (w *Work) PutRecordRule(r core.RecordRule) {
	w.change(followRules)
	w.change(upsertRecordRule, r.ID, r.Department, r.Name, string(r.On), r.When, r.Type, r.Fields, r.EnabledAt, r.Version, r.CreatedAt)
}

const deleteRecordRule = `DELETE FROM record_rules WHERE id = ?`

// RemoveRecordRule takes a rule away. What it has created stays.
func (w *Work) RemoveRecordRule(id core.RecordRuleID) { w.change(deleteRecordRule, id) }

const selectRuleCursor = `SELECT COALESCE(max(x.seen), 0) AS seen, (SELECT COALESCE(max(id), 0) FROM log) AS head FROM rule_cursor x`

// RuleCursor is how far the log has been followed for rules.
type RuleCursor struct {
	Seen core.EventID `db:"seen"` // the newest row of the log that rules have looked at
	Head core.EventID `db:"head"` // the newest row of the log
}

// RuleCursor tells how far the log has been followed.
func (s *Store) RuleCursor(ctx context.Context) (RuleCursor, error) {
	return one[RuleCursor](ctx, s, "store.RuleCursor", selectRuleCursor)
}

const moveRuleCursor = `UPDATE rule_cursor SET seen = ?` // a rule that is there has made it

// FollowRules keeps that the log has been followed so far. The job Holds the lease. Gone if it is not followed from where the step began.
func (w *Work) FollowRules(from, seen core.EventID) error {
	var now RuleCursor
	if err := w.get(&now, selectRuleCursor); err != nil {
		return err
	}
	if now.Seen != from {
		return &core.Error{Op: "store.FollowRules", Kind: core.Gone, Reason: "The log was followed from elsewhere."}
	}
	w.change(moveRuleCursor, seen)
	return nil
}

const failRecordRule = `UPDATE record_rules SET failures = failures + 1, failed_at = ?, field = ?, reason = ? WHERE id = ?`

// FailRecordRule notes that a rule could not create what it should.
func (w *Work) FailRecordRule(id core.RecordRuleID, why core.RuleFault) {
	w.change(failRecordRule, w.Now(), why.Field, why.Reason, id)
}

var selectRulePast = selectEvent + `WHERE l.session IN (?) AND l.kind IN (?) ORDER BY l.session DESC, l.seq LIMIT ?`

// RulePast gives events of those kinds of sessions, of the newest session first, a session's in their order.
func (s *Store) RulePast(ctx context.Context, sessions []core.SessionID, kinds []core.EventKind, limit int) ([]core.Event, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	return all[core.Event](ctx, s, "store.RulePast", selectRulePast, sessions, kinds, limit)
}
