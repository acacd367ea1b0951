package rule

import (
	"errors"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
)

// seen is what the tests' rules see.
var seen = sightOf(core.HookMessage, core.Event{Kind: core.EventMessage, ActorKind: core.ByCustomer, Text: "My Lamp is broken", At: core.At(morning).Add(90_000_000_000)}, store.Summary{
	Session: core.Session{
		Number: 7, State: core.Waiting, Priority: core.Urgent, Tags: "lamp\nvip", Language: "de", StartedAt: core.At(morning), Messages: 1, CustomerMessages: 1,
	},
	CustomerName: "Carla", ChannelKind: "widget", ChannelSlug: "shop",
})

func TestF3_ConditionsAsAnAdminWritesThem(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]bool{
		"":     true,
		"  ":   true,
		"true": true,
		`session.priority == "urgent" and "vip" in session.tags`:   true,
		`session.priority == "low" || session.number >= 7`:         true,
		`not (session.language in ["en", "fr"])`:                   true,
		`session.language not in ["en", "de"]`:                     false,
		`lower(event.text) contains "lamp"`:                        true,
		`event.text contains "lamp"`:                               false,
		`event.text | lower() | trim() startsWith "my lamp"`:       true,
		`event.by == "customer" && event.kind endsWith "created"`:  true,
		`session.waited > 60 and session.lasted / 60 < 2`:          true,
		`session.offline ? false : len(customer.name) == 5`:        true,
		`event.date == "2026-03-02"`:                               true,
		`session.outcome == ""`:                                    true,
		`session.channel + "/" + session.network == "shop/widget"`: true,
	} {
		r, err := prepare(core.RecordRule{Name: "x", On: core.HookMessage, Type: 1, When: when})
		if err != nil {
			t.Errorf("%s: %v", when, err)
			continue
		}
		if got, err := r.holds(seen); got != want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
		}
	}
}

func TestF3_WhatARuleWritesIntoAField(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"as it stands": "as it stands",
		"":             "",
		"{{event.text}} ({{ customer.name }}, {{session.number}})": "My Lamp is broken (Carla, 7)",
		"{{session.tags}}":                             "lamp, vip",
		"{{session.waited / 60}} minutes":              "1.5 minutes",
		"{{session.offline}}":                          "false",
		`{{"{{"}}}}`:                                   "{{}}",
		"} one }} and { two":                           "} one }} and { two",
		`{{ [1, 2.5, "x", ["y"]] }}`:                   "1, 2.5, x, y",
		`{{session.priority == "urgent" ? "A" : "B"}}`: "A",
	} {
		r, err := prepare(core.RecordRule{Name: "x", On: core.HookMessage, Type: 1, Fields: core.FieldValues{"subject": text}})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		form, err := r.fill(core.FieldValues{"subject": "before", "kind": "late"}, seen)
		if got := form["subject"]; got != want || err != nil || form["kind"] != "late" {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// What no rule may be: each is refused when it is set, with a sentence, and at once.
func TestF3_HostileExpressionsAreRefused(t *testing.T) {
	t.Parallel()
	offered := "has what rules do not offer at column "
	for name, c := range map[string]struct{ when, reason string }{
		"no expression":               {"session.priority ==", "cannot be read at column "},
		"in a second line":            {"true and\n  )", "cannot be read at column 3 of line 2"},
		"a text that does not end":    {`event.text == "x`, "cannot be read at column "},
		"an unknown name":             {"true or password", "has a name that is not there at column 9: there are event, session and customer"},
		"an unknown name of a name":   {"customer.email == ''", "has a name that is not there at column 10: of customer there are name"},
		"a field of Go":               {"session.Tags == []", "has a name that is not there"},
		"everything":                  {"$env", "has a name that is not there"},
		"a number and a text":         {`session.number > "3"`, "does not go together at column "},
		"a text":                      {"event.text", "must be true or false"},
		"a number":                    {"1 + 1", "must be true or false"},
		"nothing":                     {"nil", offered},
		"a huge range":                {"len(1..1000000000) > 0", offered + "6"},
		"a range to look into":        {"session.number in 1..9", offered},
		"loops in loops":              {"count(session.tags, count(session.tags, count(session.tags, true) > 0) > 0) > 0", offered},
		"a loop over a range":         {"all(1..100000, # > 0)", offered},
		"doubling":                    {"let a = event.text + event.text; let b = a + a; let c = b + b; c == ''", offered},
		"one after the other":         {"true; true", offered},
		"repeating":                   {`repeat(event.text, 1000000) == ""`, offered},
		"replacing much":              {`replace(event.text, "", event.text) == ""`, offered},
		"joining much":                {`join(split(event.text, ""), event.text) == ""`, offered},
		"a pattern":                   {`event.text matches "(a+)+$"`, offered},
		"a pattern of the customer's": {"customer.name matches event.text", offered},
		"a power":                     {"9 ** 9 ** 9 > 1", offered},
		"the time":                    {"now() != date('2026-01-01')", offered},
		"a map":                       {`{"a": 1} == {}`, offered},
		"a name that is worked out":   {"session[event.text] == ''", offered},
		"a part of a list":            {"session.tags[0] == 'vip'", offered},
		"a slice":                     {"event.text[0:5] == ''", offered},
		"maybe":                       {"session?.state == ''", offered},
		"a call":                      {"event.text() == ''", offered},
		"a function that is not":      {"exec('x')", offered},
		"a function of all":           {"::get(session, 'state') == ''", offered},
		"if and else":                 {"if true { nil } else { false }", offered},
		"bytes":                       {"b'x' == b'x'", offered},
		"too long":                    {strings.Repeat("true and ", 221) + "true", "is too long: all expressions"},
		"too many bytes":              {strings.Repeat(" ", core.MaxRuleText) + "true", "is too long"},
		"deep brackets":               {strings.Repeat("(", 1990) + "true", "cannot be read at column "},
		"deep lists":                  {strings.Repeat("[", 900) + strings.Repeat("]", 900) + " == []", "is too long: all expressions"},
		"deep nots":                   {strings.Repeat("!", 1990) + "true", "is too long: all expressions"},
		"deep ifs":                    {strings.Repeat("true ? ", 280), "cannot be read at column "},
		"a number beyond numbers":     {"99999999999999999999 > 1", "cannot be read at column "},
		"no UTF-8":                    {"\xff == 1", "is not valid UTF-8"},
		"NUL":                         {"\x00", "has a NUL character"},
	} {
		err := Check(core.RecordRule{Name: "x", On: core.HookMessage, Type: 1, When: c.when})
		var e *core.Error
		if e = reasonOf(err); e == nil || e.Kind != core.Invalid || e.Field != "when" || !strings.HasPrefix(e.Reason, c.reason) {
			t.Errorf("%s: got %v, want %q", name, err, c.reason)
		}
		if e != nil && len(e.Reason) > 400 {
			t.Errorf("%s: the sentence has %d bytes", name, len(e.Reason))
		}
	}
	for name, c := range map[string]struct{ text, reason string }{
		"braces that do not end":         {"of {{customer.name", "opens braces and does not close them"},
		"a name in the middle":           {"für\n{{customer.name}} {{ customer.mail }}", "has a name that is not there at column 31 of line 2: of customer"},
		"a thing":                        {"{{session}}", "must come to a text or a number"},
		"nothing between":                {"{{}}", "has nothing between its braces"},
		"doubling":                       {"{{let a = event.text; a + a}}", offered},
		"too much of it":                 {strings.Repeat("{{1+1}}", 100), "makes the rule too long"},
		"longer than the program counts": {strings.Repeat("x", core.MaxRuleText+1), "is too long"},
	} {
		err := Check(core.RecordRule{Name: "x", On: core.HookMessage, Type: 1, Fields: core.FieldValues{"subject": c.text}})
		if e := reasonOf(err); e == nil || e.Kind != core.Invalid || e.Field != "fields.subject" || !strings.HasPrefix(e.Reason, c.reason) {
			t.Errorf("%s: got %v, want %q", name, err, c.reason)
		}
	}
}

// What is let through ends, and stays small, over the longest text that there is.
func TestF3_TheWorstExpressionsEnd(t *testing.T) {
	t.Parallel()
	of := seen
	of.Event.Text = strings.Repeat("É", core.MaxFieldText/2)
	sum := "event.text" + strings.Repeat("+event.text", 45)
	for name, r := range map[string]core.RecordRule{
		"turning letters":  {When: strings.Repeat("upper(lower(", 60) + "event.text" + strings.Repeat("))", 60) + " == ''"},
		"adding up":        {When: sum + " == " + "''"},
		"looking into it":  {When: "(" + sum + ") contains ('x' + event.text)"},
		"by zero":          {When: "session.messages % (session.messages - 1) == 0"},
		"no number":        {When: "int(event.text) == 1"},
		"beyond a field":   {Fields: core.FieldValues{"subject": "{{" + sum + "}}"}},
		"beyond a record":  {Fields: core.FieldValues{"subject": strings.Repeat("{{event.text}}", 60)}},
		"an endless share": {Fields: core.FieldValues{"subject": "{{1 / 0}}"}},
	} {
		r.Name, r.On, r.Type = "x", core.HookMessage, 1
		made, err := prepare(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := made.holds(of); err != nil && !strings.HasPrefix(reasonOf(err).Reason, "The condition could not be worked out for this session") {
			t.Errorf("%s: got %v", name, err)
		}
		if form, err := made.fill(core.FieldValues{}, of); err == nil && len(form["subject"]) > core.MaxFieldTexts {
			t.Errorf("%s: got %d bytes", name, len(form["subject"]))
		}
	}
}

// reasonOf gives the refusal that an error is, nil if it is none.
func reasonOf(err error) *core.Error {
	e, _ := errors.AsType[*core.Error](err)
	return e
}

// Whatever somebody sets as a rule, or a customer says to one, nothing falls over.
func FuzzRule(f *testing.F) {
	f.Add(`session.priority == "urgent" and "vip" in session.tags`, "{{event.text}}", "hello")
	f.Add(`event.text | lower() | trim() startsWith "x" ? true : false`, "{{1 / session.messages}}{{session.tags}}", "")
	f.Fuzz(func(t *testing.T, when, text, said string) {
		made, err := prepare(core.RecordRule{Name: "x", On: core.HookMessage, Type: 1, When: when, Fields: core.FieldValues{"subject": text}})
		if err != nil {
			if reasonOf(err) == nil || reasonOf(err).Reason == "" {
				t.Errorf("got %v, want a refusal with a sentence", err)
			}
			return
		}
		of := seen
		of.Event.Text = said
		_, _ = made.holds(of)
		_, _ = made.fill(core.FieldValues{}, of)
	})
}
