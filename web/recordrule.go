package web

import (
	"context"

	"parley/core"
)

// RecordRule is a rule that creates records by itself.
type RecordRule struct {
	ID         string `json:"id" example:"rul_5k"`
	Department string `json:"department" doc:"its id"`
	RecordRuleForm
	Version  int64  `json:"version" doc:"rises with every change"`
	Failures int64  `json:"failures" doc:"events, since it was changed, of which it could not create what it should"`
	FailedAt string `json:"failed_at,omitempty" format:"date-time" doc:"the last one"`
	Field    string `json:"field,omitempty" doc:"where, if it is at one place: when, or fields. and the name of one"`
	Reason   string `json:"reason,omitempty" doc:"why, in a sentence for people"`
}

// RecordRuleForm is what a rule waits for, and what it does.
type RecordRuleForm struct {
	Name    string            `json:"name" doc:"for people; unique in the department"`
	On      string            `json:"on" enum:"session.started,session.assigned,session.ended,session.rated,message.created,message.offline" doc:"what it waits for"`
	When    string            `json:"when,omitempty" maxLength:"2000" example:"session.priority == \"urgent\" and \"vip\" in session.tags" doc:"an expression over event (kind, text, by, name, date, time), session (number, state, outcome, rating, priority, tags, language, channel, network, assignee, messages, customer_messages, waited, lasted, hand_offs, offline) and customer (name); without it, always"`
	Type    string            `json:"type" doc:"the id of a type of record of the department"`
	Fields  map[string]string `json:"fields,omitempty" nullable:"false" doc:"what it writes, by the fields' names, 2000 bytes each at most: texts, with expressions between double braces, such as Complaint of {{customer.name}}; fields that are missing get what a form begins with, and an empty text leaves one empty"`
	Enabled bool              `json:"enabled" doc:"switched on it sees what happens from then on"`
}

// NewRecordRule is a rule that is to be added.
type NewRecordRule struct {
	Department string `json:"department" doc:"its id"`
	RecordRuleForm
}

// RecordRuleChange is all that is set of a rule.
type RecordRuleChange struct {
	RecordRuleForm
	Version int64 `json:"version,omitempty" minimum:"0" doc:"the rule's as it was seen; without it, whatever it is"`
}

// RuleTrial asks what a rule would have created.
type RuleTrial struct {
	NewRecordRule
	Sessions int `json:"sessions,omitempty" minimum:"0" maximum:"200" doc:"how many of the department's newest sessions that one sees are looked at; without it, 100"`
}

// RuleTrialResult is what a rule would have created.
type RuleTrialResult struct {
	Sessions int         `json:"sessions" doc:"that were looked at, each as it stands now"`
	Events   int         `json:"events" doc:"of them, of the kind that the rule waits for"`
	Cut      bool        `json:"cut,omitempty" doc:"there is more than could be looked at or shown"`
	Items    []RuleTried `json:"items" nullable:"false" doc:"at most 200; of the newest session first"`
}

// RuleTried is an event of which a rule would have created a record, or would have failed.
type RuleTried struct {
	Session SessionRef        `json:"session"`
	Event   string            `json:"event" doc:"its id"`
	At      string            `json:"at" format:"date-time"`
	Title   string            `json:"title,omitempty" doc:"the record's"`
	Fields  map[string]string `json:"fields,omitempty" nullable:"false" doc:"the record's, by their names"`
	Field   string            `json:"field,omitempty" doc:"where it would have failed: when, or fields. and the name of one"`
	Reason  string            `json:"reason,omitempty" doc:"why it would have failed, in a sentence for people"`
}

// someTried is how many sessions a trial looks at unless asked for others.
const someTried = 100

type (
	recordRulesInput struct {
		Department string `query:"department" doc:"an id"`
	}
	recordRulesOutput  struct{ Body List[RecordRule] }
	recordRuleOutput   struct{ Body RecordRule }
	addRecordRuleInput struct{ Body NewRecordRule }
	setRecordRuleInput struct {
		ID   string `path:"id" example:"rul_5k"`
		Body RecordRuleChange
	}
	recordRuleInput struct {
		ID   string `path:"id" example:"rul_5k"`
		Body Nothing
	}
	ruleTrialInput  struct{ Body RuleTrial }
	ruleTrialOutput struct{ Body RuleTrialResult }
)

func recordRuleOf(r core.RecordRule) RecordRule {
	return RecordRule{
		ID: r.ID.String(), Department: r.Department.String(), Version: r.Version, Failures: r.Failures, FailedAt: r.FailedAt.String(), Field: r.Field, Reason: r.Reason,
		RecordRuleForm: RecordRuleForm{r.Name, string(r.On), r.When, r.Type.String(), r.Fields, r.Enabled()},
	}
}

// rule reads what is set of a rule.
func (s *Server) rule(f RecordRuleForm) (core.RecordRule, error) {
	r := core.RecordRule{Name: f.Name, On: core.HookEvent(f.On), When: f.When, Fields: f.Fields}
	if f.Enabled {
		r.EnabledAt = core.At(s.clock())
	}
	var err error
	r.Type, err = idOf("type", f.Type, core.ParseID[core.RecordTypeID])
	return r, err
}

// newRule reads a rule with its department.
func (s *Server) newRule(ctx context.Context, n NewRecordRule) (core.RecordRule, error) {
	r, err := s.rule(n.RecordRuleForm)
	if err != nil {
		return r, err
	}
	if r.Department, err = s.department(ctx, n.Department); core.KindOf(err) == core.NotFound {
		err = refuse("department", "is none")
	}
	return r, err
}

func (s *Server) recordRules(ctx context.Context, in *recordRulesInput) (*recordRulesOutput, error) {
	var d core.DepartmentID
	var err error
	if in.Department != "" {
		if d, err = idOf("department", in.Department, core.ParseID[core.DepartmentID]); err != nil {
			return nil, err
		}
	}
	rules, err := s.store.RecordRules(ctx)
	if err != nil {
		return nil, err
	}
	out := &recordRulesOutput{List[RecordRule]{Items: []RecordRule{}}}
	for _, r := range rules {
		if d == 0 || r.Department == d {
			out.Body.Items = append(out.Body.Items, recordRuleOf(r))
		}
	}
	return out, nil
}

func (s *Server) addRecordRule(ctx context.Context, in *addRecordRuleInput) (*recordRuleOutput, error) {
	r, err := s.newRule(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return s.putRecordRule(ctx, r, 0)
}

func (s *Server) setRecordRule(ctx context.Context, in *setRecordRuleInput) (*recordRuleOutput, error) {
	id, err := core.ParseID[core.RecordRuleID](in.ID)
	if err != nil {
		return nil, err
	}
	r, err := s.rule(in.Body.RecordRuleForm)
	if err != nil {
		return nil, err
	}
	r.ID = id
	return s.putRecordRule(ctx, r, in.Body.Version)
}

func (s *Server) putRecordRule(ctx context.Context, r core.RecordRule, version int64) (*recordRuleOutput, error) {
	r, err := s.hub.SetRecordRule(ctx, callerOf(ctx).actor, r, version)
	if err != nil {
		return nil, err
	}
	return &recordRuleOutput{recordRuleOf(r)}, nil
}

func (s *Server) removeRecordRule(ctx context.Context, in *recordRuleInput) (*struct{}, error) {
	id, err := core.ParseID[core.RecordRuleID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.hub.RemoveRecordRule(ctx, callerOf(ctx).actor, id)
}

// tryRecordRule shows what was said in sessions: whose they are not, has read them.
func (s *Server) tryRecordRule(ctx context.Context, in *ruleTrialInput) (*ruleTrialOutput, error) {
	r, err := s.newRule(ctx, in.Body.NewRecordRule)
	if err != nil {
		return nil, err
	}
	n, who := in.Body.Sessions, callerOf(ctx).actor
	if n == 0 {
		n = someTried
	}
	trial, err := s.rules.Try(ctx, who.Scope(), r, n)
	if err != nil {
		return nil, err
	}
	out := &ruleTrialOutput{RuleTrialResult{Sessions: trial.Sessions, Events: trial.Events, Cut: trial.Cut, Items: []RuleTried{}}}
	var read []core.SessionID
	for _, f := range trial.Finds {
		read = append(read, f.Session.ID)
		out.Body.Items = append(out.Body.Items, RuleTried{
			SessionRef{f.Session.ID.String(), f.Session.Number}, f.Event.ID.String(), f.Event.At.String(), f.Title, f.Fields, f.Fault.Field, f.Fault.Reason,
		})
	}
	if err := s.hub.NoteReading(ctx, who, read...); err != nil {
		return nil, err
	}
	return out, nil
}
