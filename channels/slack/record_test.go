package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// complaint asks for a field of each kind. Its session says how some begin.
func complaint() core.RecordForm {
	return core.RecordForm{
		RecordType: core.RecordType{ID: 31, Department: 3, Name: "Complaint", Version: 4, Fields: core.Fields{
			{Name: "subject", Label: "Subject", Kind: core.FieldText, Required: true, Help: "In a few words"},
			{Name: "details", Label: "What happened", Kind: core.FieldText},
			{Name: "amount", Label: "Amount", Kind: core.FieldNumber},
			{Name: "reason", Label: "Reason", Kind: core.FieldChoice, Choices: []string{"Broken", strings.Repeat("é", 90)}},
			{Name: "bought", Label: "Bought on", Kind: core.FieldDate},
			{Name: "contact", Label: "E-mail", Kind: core.FieldEmail},
			{Name: "call", Label: "Phone", Kind: core.FieldPhone},
			{Name: "urgent", Label: "Urgent", Kind: core.FieldCheckbox},
		}},
		Values: core.FieldValues{
			"subject": "My lamp is broken", "details": "My lamp\nis broken", "amount": "12.5", "reason": "Broken", "bought": "2026-03-02",
			"contact": "carla@example.test", "call": "+4930123456", "urgent": "true",
		},
	}
}

func lead() core.RecordForm {
	return core.RecordForm{RecordType: core.RecordType{ID: 32, Name: "Lead", Version: 1, Fields: core.Fields{{Name: "subject", Label: "Subject", Kind: core.FieldText}}}}
}

// creating is a console whose session can become what the forms say.
func creating(t *testing.T, forms ...core.RecordForm) *console {
	t.Helper()
	c := newConsole(t, ModeEvents)
	c.desk.forms = forms
	return c
}

// shownField is a field of a window.
type shownField struct {
	Type     string                     `json:"type"`
	ID       string                     `json:"block_id"`
	Label    struct{ Text string }      `json:"label"`
	Hint     *struct{ Text string }     `json:"hint"`
	Text     struct{ Text string }      `json:"text"`
	Optional bool                       `json:"optional"`
	Element  map[string]any             `json:"element"`
	List     map[string]json.RawMessage `json:"accessory"`
}

func fieldsOf(t *testing.T, blocks json.RawMessage) (all []shownField) {
	t.Helper()
	if err := json.Unmarshal(blocks, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// filledIn is what Slack tells of a window of which somebody has written the values into the fields.
func filledIn(user, kept string, blocks json.RawMessage, values map[string]map[string]any) map[string]any {
	return map[string]any{
		"type": "view_submission", "user": map[string]any{"id": user}, "team": map[string]any{"id": "T1"},
		"view": map[string]any{"id": "V1", "callback_id": callRecord, "private_metadata": kept, "blocks": blocks, "state": map[string]any{"values": values}},
	}
}

// written is what a window holds of a complaint.
func written(subject string) map[string]map[string]any {
	text := func(s string) map[string]any { return map[string]any{"type": "plain_text_input", "value": s} }
	all := map[string]map[string]any{}
	for name, value := range map[string]map[string]any{
		"subject": text(subject), "details": {"type": "plain_text_input", "value": nil}, "amount": {"type": "number_input", "value": "-3"},
		"reason": {"type": "static_select", "selected_option": map[string]any{"value": "1"}}, "bought": {"type": "datepicker", "selected_date": "2026-04-05"},
		"contact": {"type": "email_text_input", "value": "dora@example.test"}, "call": text("+49 30 1"), "urgent": {"type": "checkboxes", "selected_options": []any{}},
	} {
		all["rct_v/"+name] = map[string]any{name: value}
	}
	return all
}

// errorsOf gives what a window shows at its fields, by their blocks.
func errorsOf(t *testing.T, w *httptest.ResponseRecorder) map[string]string {
	t.Helper()
	var body struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 200 || body.Action != "errors" {
		t.Fatalf("got %d %q, want errors", w.Code, w.Body)
	}
	return body.Errors
}

func TestS6_AWindowAsksForWhatARecordNeeds(t *testing.T) {
	t.Parallel()
	c := creating(t, complaint())
	c.form("payload", pressing("UANNA", pressRecord, testSession.String()))
	if v := view(t, c.fake.one(t, "views.open")); v.Submit != nil || v.Callback != callRecord {
		t.Errorf("at first: got %+v, want a window that waits", v)
	}
	v := view(t, c.fake.one(t, "views.update"))
	fields := fieldsOf(t, v.Blocks)
	if v.Submit == nil || len(fields) != 8 {
		t.Fatalf("got %d fields, want 8 and a button: %s", len(fields), v.Blocks)
	}
	begins := map[string]any{}
	for _, f := range fields {
		e := f.Element
		begins[f.ID] = e["type"]
		for _, name := range []string{"initial_value", "initial_date", "multiline", "is_decimal_allowed"} {
			if e[name] != nil {
				begins[f.ID] = fmt.Sprint(begins[f.ID], " ", e[name])
			}
		}
		if e["initial_option"] != nil || e["initial_options"] != nil {
			begins[f.ID] = fmt.Sprint(begins[f.ID], " chosen")
		}
	}
	want := map[string]any{
		"rct_v/subject": "plain_text_input My lamp is broken", "rct_v/details": "plain_text_input My lamp\nis broken true", "rct_v/amount": "number_input 12.5 true",
		"rct_v/reason": "static_select chosen", "rct_v/bought": "datepicker 2026-03-02", "rct_v/contact": "email_text_input carla@example.test",
		"rct_v/call": "plain_text_input +4930123456", "rct_v/urgent": "checkboxes chosen",
	}
	if !maps.Equal(begins, want) {
		t.Errorf("got %v, want %v", begins, want)
	}
	if fields[0].Optional || !fields[1].Optional || fields[0].Hint == nil || fields[0].Hint.Text != "In a few words" || fields[1].Hint != nil || fields[1].Label.Text != "What happened" {
		t.Errorf("got %+v and %+v, want what must be filled in, its help and its label", fields[0], fields[1])
	}
	if !strings.Contains(string(v.Blocks), strings.Repeat("é", 74)+`…"`) || !strings.Contains(string(v.Blocks), "…"+strings.Repeat("é", 16)) {
		t.Errorf("got %s, want a long choice on two lines", v.Blocks)
	}
}

func TestS6_WhatIsWrittenInAWindowIsARecord(t *testing.T) {
	t.Parallel()
	c := creating(t, complaint())
	c.form("payload", pressing("UANNA", pressRecord, testSession.String()))
	v := view(t, c.fake.one(t, "views.update"))
	submission := filledIn("UANNA", v.Metadata, v.Blocks, written("Broken lamp"))
	for range 2 { // Slack may not have heard the answer
		if w := c.form("payload", submission); w.Code != 200 || w.Body.Len() != 0 {
			t.Errorf("got %d %q, want the window closed", w.Code, w.Body)
		}
	}
	want := core.CreateRecord{Session: testSession, Type: 31, Version: 4, Fields: core.FieldValues{
		"subject": "Broken lamp", "amount": "-3", "reason": strings.Repeat("é", 90), "bought": "2026-04-05", "contact": "dora@example.test", "call": "+49 30 1", "urgent": "false",
	}}
	got := c.desk.done()
	if len(got) != 1 || !reflect.DeepEqual(got[0].Deed, want) || got[0].Who != anna.ID || got[0].Said != (core.Said{}) {
		t.Errorf("got %+v, want %+v once", got, want)
	}
	if got := c.private(); len(got) != 0 {
		t.Errorf("told privately: got %q, want nothing", got)
	}
	c.desk.there = true
	c.form("payload", filledIn("UANNA", v.Metadata, v.Blocks, written("Another lamp")))
	if got := c.private(); len(got) != 1 || !strings.Contains(got[0], "created the same record already") {
		t.Errorf("of one that was there: got %q", got)
	}
}

func TestS6_WhatIsWrongIsToldAtItsField(t *testing.T) {
	t.Parallel()
	invalid := func(field, reason string) error { return &core.Error{Kind: core.Invalid, Field: field, Reason: reason} }
	for name, test := range map[string]struct {
		user    string
		spoil   func(c *console, values map[string]map[string]any)
		block   string
		want    string
		renewed bool
	}{
		"a field that is not filled in": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(invalid("fields.subject", "must be filled in"))
			},
			block: "rct_v/subject", want: "This must be filled in.",
		},
		"a number that is none": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(invalid("fields.amount", "must be a number such as -12.5"))
			},
			block: "rct_v/amount", want: "This must be a number such as -12.5.",
		},
		"too much at once": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(invalid("fields", "are too long together"))
			},
			block: "rct_v/subject", want: "The fields are too long together.",
		},
		"a type that was removed": {
			spoil: func(c *console, _ map[string]map[string]any) { c.desk.forms = []core.RecordForm{lead()} },
			block: "rct_v/subject", want: "not offered any more", renewed: true,
		},
		"a type that is removed just now": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(&core.Error{Kind: core.Gone, Reason: "x"})
			},
			block: "rct_v/subject", want: "not offered any more",
		},
		"a type that was changed": {
			spoil: func(c *console, _ map[string]map[string]any) { c.desk.forms[0].Version++ },
			block: "rct_v/subject", want: "an admin has changed this form",
		},
		"a type that is changed just now": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(&core.Error{Kind: core.Taken, Reason: "x"})
			},
			block: "rct_v/subject", want: "an admin has changed this form",
		},
		"a session that has gone to another department": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(&core.Error{Kind: core.NotFound, Field: "type"})
			},
			block: "rct_v/subject", want: "not offered any more",
		},
		"another type chosen, whose fields are on their way": {
			spoil: func(_ *console, values map[string]map[string]any) {
				values["type/rct_v"] = map[string]any{"type": map[string]any{"selected_option": map[string]any{"value": "rct_w"}}}
			},
			block: "rct_v/subject", want: "whose fields are still on their way",
		},
		"a session that is not theirs": {
			spoil: func(c *console, _ map[string]map[string]any) { c.desk.sees = oneAfter(1, missing()) },
			block: "rct_v/subject", want: "a department that is not yours",
		},
		"a role that does not allow it": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(&core.Error{Kind: core.Forbidden})
			},
			block: "rct_v/subject", want: "You may not do this",
		},
		"a database that is away": {
			spoil: func(c *console, _ map[string]map[string]any) {
				c.desk.refuse = refusing(&core.Error{Kind: core.Unavailable})
			},
			block: "rct_v/subject", want: "try again",
		},
		"somebody whom nobody knows": {user: "UNEW", block: "rct_v/subject", want: "does not know which agent you are"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := creating(t, complaint())
			c.form("payload", pressing("UANNA", pressRecord, testSession.String()))
			v := view(t, c.fake.one(t, "views.update"))
			values := written("Broken lamp")
			if test.spoil != nil {
				test.spoil(c, values)
			}
			if test.user == "" {
				test.user = "UANNA"
			}
			got := errorsOf(t, c.form("payload", filledIn(test.user, v.Metadata, v.Blocks, values)))
			if len(got) != 1 || !strings.Contains(got[test.block], test.want) || len(c.desk.done()) != 0 {
				t.Errorf("got %q and %v done, want %q at %s, and nothing done", got, c.desk.done(), test.want, test.block)
			}
			if (len(c.desk.renewed) == 1) != test.renewed {
				t.Errorf("got the cards %q made anew", c.desk.renewed)
			}
		})
	}
}

func TestS6_OfSeveralTypesOneIsChosenInTheWindow(t *testing.T) {
	t.Parallel()
	c := creating(t, complaint(), lead())
	c.form("payload", pressing("UANNA", pressRecord, testSession.String()))
	v := view(t, c.fake.one(t, "views.update"))
	fields := fieldsOf(t, v.Blocks)
	if len(fields) != 1 || fields[0].Type != "section" || v.Submit != nil || !strings.Contains(string(fields[0].List["options"]), "Complaint") || fields[0].List["initial_option"] != nil {
		t.Fatalf("got %s, want a list of the types alone", v.Blocks)
	}
	for _, test := range []struct {
		chosen core.RecordTypeID
		fields int
		name   string
	}{{32, 1, "Lead"}, {31, 8, "Complaint"}} {
		c.form("payload", map[string]any{
			"type": "block_actions", "user": map[string]any{"id": "UANNA", "team_id": "T1"}, "team": map[string]any{"id": "T1"},
			"container": map[string]any{"type": "view", "view_id": "V1"}, "view": map[string]any{"id": "V1", "callback_id": callRecord, "private_metadata": v.Metadata},
			"actions": []map[string]any{{"type": "static_select", "action_id": pressType, "selected_option": map[string]any{"value": test.chosen.String()}}},
		})
		all := c.fake.made("views.update")
		filled := view(t, all[len(all)-1])
		fields := fieldsOf(t, filled.Blocks)
		if len(fields) != test.fields+1 || filled.Submit == nil || !strings.Contains(string(fields[0].List["initial_option"]), test.name) ||
			fields[0].ID != "type/"+test.chosen.String() || !strings.HasPrefix(fields[1].ID, test.chosen.String()+"/") {
			t.Errorf("%s: got %s, want its fields below the list", test.name, filled.Blocks)
		}
		if test.chosen == 31 {
			if w := c.form("payload", filledIn("UANNA", filled.Metadata, filled.Blocks, written("Broken lamp"))); w.Body.Len() != 0 || len(c.desk.done()) != 1 {
				t.Errorf("got %q, want the window closed", w.Body)
			}
		}
	}
}

func TestS6_AWindowThatCannotAskSaysWhy(t *testing.T) {
	t.Parallel()
	large := complaint()
	large.Values["details"] = strings.Repeat("é", maxInput+1)
	wide := complaint()
	for i := range core.MaxFields {
		f := core.Field{Name: fmt.Sprint("f", i), Label: "x", Kind: core.FieldChoice}
		for n := range core.MaxChoices {
			f.Choices = append(f.Choices, fmt.Sprint(strings.Repeat("x", 60), n))
		}
		wide.Fields = append(wide.Fields, f)
	}
	for name, test := range map[string]struct {
		user    string
		forms   []core.RecordForm
		value   string
		spoil   func(*console)
		want    string
		renewed bool
	}{
		"nothing to create any more":     {want: "an admin has to say first", renewed: true},
		"somebody unknown":               {user: "UNEW", forms: []core.RecordForm{complaint()}, want: "does not know which agent you are"},
		"a guest":                        {user: "UGUEST", forms: []core.RecordForm{complaint()}, want: "guests of this workspace cannot act"},
		"a type that is gone":            {forms: []core.RecordForm{lead()}, value: "/rct_v", want: "not offered any more"},
		"a session that is not theirs":   {forms: []core.RecordForm{complaint()}, spoil: func(c *console) { c.desk.sees = oneAfter(1, missing()) }, want: "a department that is not yours"},
		"a field that begins too long":   {forms: []core.RecordForm{large}, want: "too large for a window in Slack"},
		"more than a window has room":    {forms: []core.RecordForm{wide}, want: "too large for a window in Slack"},
		"a type that the button names":   {forms: []core.RecordForm{complaint(), lead()}, value: "/rct_w", want: "Subject"},
		"one type, that need not be":     {forms: []core.RecordForm{lead()}, want: "Subject"},
		"a database that is away for it": {forms: []core.RecordForm{lead()}, spoil: func(c *console) { c.desk.sees = oneAfter(1, &core.Error{Kind: core.Unavailable}) }, want: "try again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := creating(t, test.forms...)
			c.fake.users["UGUEST"] = map[string]any{"id": "UGUEST", "team_id": "T1", "is_restricted": true}
			if test.spoil != nil {
				test.spoil(c)
			}
			if test.user == "" {
				test.user = "UANNA"
			}
			c.form("payload", pressing(test.user, pressRecord, testSession.String()+test.value))
			if v := view(t, c.fake.one(t, "views.update")); !strings.Contains(string(v.Blocks), test.want) {
				t.Errorf("got %s, want %q in it", v.Blocks, test.want)
			}
			if want := []string{testSession.String() + " in " + testRoom}; test.renewed != slices.Equal(c.desk.renewed, want) {
				t.Errorf("got the cards %q made anew", c.desk.renewed)
			}
		})
	}
}

func TestS6_ARecordByShortcutAndByWord(t *testing.T) {
	t.Parallel()
	c := creating(t, complaint(), lead())
	c.form("payload", map[string]any{
		"type": "message_action", "callback_id": callRecord, "trigger_id": "1.2.c", "user": map[string]any{"id": "UANNA", "team_id": "T1"},
		"channel": map[string]any{"id": testRoom}, "message": map[string]any{"ts": ts(1), "thread_ts": testRoot},
	})
	if v := view(t, c.fake.one(t, "views.update")); !strings.Contains(string(v.Blocks), "What is it?") {
		t.Errorf("by shortcut: got %s", v.Blocks)
	}
	for i, test := range []struct{ says, value, told string }{
		{"!record", testSession.String(), ""}, {"!Record lead", testSession.String() + "/rct_w", ""}, {"!record com", testSession.String() + "/rct_v", ""},
		{"!record ticket", "", "This department has: Complaint, Lead."},
	} {
		c.tell(spoke(i+1, "UANNA", test.says))
		all := c.fake.made("chat.postEphemeral")
		last := all[len(all)-1].Form
		if len(all) != i+1 || last.Get("thread_ts") != testRoot || last.Get("user") != "UANNA" {
			t.Fatalf("%s: got %d private words, the last %v", test.says, len(all), last)
		}
		offered := strings.Contains(last.Get("blocks"), `"value":"`+test.value+`"`) && strings.Contains(last.Get("blocks"), `"action_id":"record"`)
		if offered != (test.told == "") || !strings.Contains(last.Get("text"), test.told) {
			t.Errorf("%s: got %s", test.says, last.Get("blocks"))
		}
	}
	c.desk.forms = nil
	c.tell(spoke(9, "UANNA", "!record"))
	if got := c.private(); !strings.Contains(got[len(got)-1], "an admin has to say first") || len(c.desk.done()) != 0 {
		t.Errorf("without a type: got %q", got)
	}
}

func TestS6_APressOnACardThatIsNotTrueAnyMoreRenewsIt(t *testing.T) {
	t.Parallel()
	for kind, renewed := range map[core.Kind]bool{core.Taken: true, core.Ended: true, core.Gone: true, core.NotFound: true, core.Forbidden: false, core.Unavailable: false} {
		c := newConsole(t, ModeEvents)
		c.desk.refuse = refusing(&core.Error{Kind: kind})
		c.form("payload", pressing("UANNA", pressTake, testSession.String()))
		if got := len(c.desk.renewed) == 1; got != renewed {
			t.Errorf("%s: got the cards %q made anew, want %v", kind, c.desk.renewed, renewed)
		}
	}
}
