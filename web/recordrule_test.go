package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
)

// ruleOf is what a new rule does: it is off, so that tests of requests meet no record that nobody has created.
func ruleOf(h *house, d core.DepartmentID) RecordRuleForm {
	return RecordRuleForm{
		Name: fmt.Sprint("Rule ", h.ids.Next(1)), On: "message.created", Type: h.complaint(d).ID.String(), Fields: map[string]string{"subject": "{{event.text}}"},
	}
}

// ruleIn adds a rule to a department.
func (h *house) ruleIn(d core.DepartmentID) core.RecordRule {
	h.t.Helper()
	r, err := h.hub.SetRecordRule(context.Background(), h.ada.Actor, core.RecordRule{
		Department: d, Name: fmt.Sprint("Rule ", h.ids.Next(1)), On: core.HookEnded, Type: h.complaint(d).ID, Fields: core.FieldValues{"subject": "x"},
	}, 0)
	check(h.t, err)
	return r
}

// ruled gives a rule of Support that tests of requests share.
func (h *house) ruled() core.RecordRule {
	h.t.Helper()
	h.complaint(h.support.ID)
	h.types.Lock()
	known := h.types.rule
	h.types.Unlock()
	if known.ID != 0 {
		return known
	}
	made := h.ruleIn(h.support.ID)
	h.types.Lock()
	defer h.types.Unlock()
	if h.types.rule.ID == 0 {
		h.types.rule = made
	}
	return h.types.rule
}

func TestF3_RulesOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t)
	const all = "/api/v1/record-rules"
	form := ruleOf(h, h.support.ID)
	form.Enabled, form.When = true, `event.by == "customer"`
	added := answer[RecordRule](t, h.call(h.ada, "POST", all, NewRecordRule{h.support.ID.String(), form}), http.StatusCreated)
	if added.Version != 1 || !added.Enabled || added.When != form.When || added.Fields["subject"] != "{{event.text}}" || added.Failures != 0 || added.FailedAt != "" {
		t.Errorf("got %+v", added)
	}
	if got := get[List[RecordRule]](h, h.ada, all+"?department="+h.support.ID.String()).Items; len(got) != 1 || got[0].ID != added.ID {
		t.Errorf("got %+v", got)
	}
	if got := get[List[RecordRule]](h, h.ada, all+"?department="+h.sales.ID.String()).Items; len(got) != 0 {
		t.Errorf("elsewhere: got %+v", got)
	}
	for field, change := range map[string]func(*NewRecordRule){
		"department":     func(n *NewRecordRule) { n.Department = "dep_zz" },
		"name":           func(n *NewRecordRule) { n.Name = added.Name },
		"on":             func(n *NewRecordRule) { n.On = "record.created" },
		"type":           func(n *NewRecordRule) { n.Type = h.complaint(h.sales.ID).ID.String() },
		"when":           func(n *NewRecordRule) { n.When = `CANARY == "CANARY one"` },
		"fields.subject": func(n *NewRecordRule) { n.Fields = map[string]string{"subject": `{{"CANARY one" + 1}}`} },
		"fields":         func(n *NewRecordRule) { n.Fields = map[string]string{"subject": "x", "CANARY one": "x"} },
	} {
		n := NewRecordRule{h.support.ID.String(), form}
		n.Name = "Other"
		change(&n)
		for _, path := range []string{all, all + "/dry-run"} {
			if field == "name" && path != all {
				continue
			}
			w := h.call(h.ada, "POST", path, n)
			refused(t, w, http.StatusUnprocessableEntity, "invalid", field)
			if strings.Contains(w.Body.String(), "CANARY") {
				t.Errorf("%s: what was sent comes back: %s", field, w.Body.String())
			}
		}
	}
	path := all + "/" + added.ID
	form.Enabled = false
	if got := answer[RecordRule](t, h.call(h.ada, "PUT", path, RecordRuleChange{form, 1}), http.StatusOK); got.Version != 2 || got.Enabled {
		t.Errorf("got %+v", got)
	}
	refused(t, h.call(h.ada, "PUT", path, RecordRuleChange{RecordRuleForm{Name: "Late", On: form.On, Type: form.Type, Fields: form.Fields}, 1}), http.StatusConflict, "taken", "")
	_, err := h.writer.Do(t.Context(), store.Job{Do: func(w *store.Work) error {
		id, err := core.ParseID[core.RecordRuleID](added.ID)
		w.FailRecordRule(id, core.RuleFault{Field: "fields.subject", Reason: "The field “Subject” must be filled in."})
		return err
	}})
	check(t, err)
	if got := get[List[RecordRule]](h, h.ada, all).Items[0]; got.Failures != 1 || got.FailedAt == "" || got.Field != "fields.subject" || got.Reason != "The field “Subject” must be filled in." {
		t.Errorf("got %+v", got)
	}
	if w := h.call(h.ada, "DELETE", path, "{}"); w.Code != http.StatusNoContent {
		t.Errorf("got %d", w.Code)
	}
	refused(t, h.call(h.ada, "DELETE", path, "{}"), http.StatusNotFound, "not_found", "")
}

func TestF3_ATrialOverTheAPIIsAReading(t *testing.T) {
	t.Parallel()
	h := open(t)
	session := h.said(h.support, "carla", "my lamp is broken")
	h.said(h.support, "dan", "hello")
	try := RuleTrial{NewRecordRule: NewRecordRule{h.support.ID.String(), ruleOf(h, h.support.ID)}, Sessions: 50}
	try.When = `event.text contains "lamp"`
	const path = "/api/v1/record-rules/dry-run"
	if got := answer[RuleTrialResult](t, h.call(h.ada, "POST", path, try), http.StatusOK); got.Sessions != 0 || len(got.Items) != 0 {
		t.Errorf("an admin who does not see the department: got %+v", got)
	}
	h.sofia.Agent.Admin = true
	h.put(h.sofia.Actor)
	got := answer[RuleTrialResult](t, h.call(h.sofia, "POST", path, try), http.StatusOK)
	if got.Sessions != 2 || got.Events != 2 || got.Cut || len(got.Items) != 1 {
		t.Fatalf("got %+v", got)
	}
	if f := got.Items[0]; f.Session.ID != session.String() || f.Title != "my lamp is broken" || f.Fields["subject"] != f.Title || f.Event == "" || f.At == "" || f.Reason != "" {
		t.Errorf("got %+v", f)
	}
	try.Fields = map[string]string{"subject": "{{session.outcome}}"}
	if got := answer[RuleTrialResult](t, h.call(h.sofia, "POST", path, try), http.StatusOK).Items; len(got) != 1 || got[0].Field != "fields.subject" || got[0].Reason != "The field “Subject” must be filled in." {
		t.Errorf("one that would fail: got %+v", got)
	}
	h.reads("a trial", "Sofia Marin "+session.String())
	if rows := get[Page[Record]](h, h.sofia, "/api/v1/records").Items; len(rows) != 0 {
		t.Errorf("got %+v, want nothing written", rows)
	}
	try.Sessions = 201
	refused(t, h.call(h.sofia, "POST", path, try), http.StatusUnprocessableEntity, "invalid", "sessions")
}
