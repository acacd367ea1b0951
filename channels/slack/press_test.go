package slack

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"parley/core"
)

// pressing is what Slack tells of a button on the session's card.
func pressing(user, action, value string) map[string]any {
	return map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user, "team_id": "T1"}, "team": map[string]any{"id": "T1"}, "trigger_id": "12.34.ab",
		"channel": map[string]any{"id": testRoom}, "container": map[string]any{"type": "message", "message_ts": testRoot, "channel_id": testRoom},
		"message": map[string]any{"ts": testRoot}, "actions": []map[string]any{{"type": "button", "action_id": action, "value": value}},
	}
}

// submitted is what Slack tells of a window.
func submitted(user, callback, kept string, values map[string]any) map[string]any {
	return map[string]any{
		"type": "view_submission", "user": map[string]any{"id": user}, "team": map[string]any{"id": "T1"},
		"view": map[string]any{"id": "V1", "callback_id": callback, "private_metadata": kept, "state": map[string]any{
			"values": map[string]any{callback: map[string]any{callback: values}},
		}},
	}
}

func TestButtonsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	session := testSession.String()
	message := core.EventID(77)
	tests := map[string]struct {
		action, value string
		deed          core.Deed // nil: none
		told          string
	}{
		"take":                              {action: pressTake, value: session, deed: core.Take{Session: testSession}},
		"release":                           {action: pressRelease, value: session, deed: core.Release{Session: testSession}},
		"join":                              {action: pressJoin, value: session, deed: core.Join{Session: testSession}},
		"close":                             {action: pressClose, value: session, deed: core.End{Session: testSession}},
		"retry":                             {action: pressRetry, value: session + "/" + message.String(), deed: core.Retry{Session: testSession, Message: message}},
		"unblock":                           {action: pressUnblock, value: session, deed: core.Unblock{Session: testSession}},
		"a retry of nothing":                {action: pressRetry, value: session, told: "too old"},
		"a button that names nothing":       {action: pressTake, value: "x", told: "too old"},
		"a button that nobody knows":        {action: "dance", value: session, told: "too old"},
		"a button that leads to the office": {action: pressOpen, value: session},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			for range 2 { // a double click
				if w := c.form("payload", pressing("UANNA", test.action, test.value)); w.Code != 200 || w.Body.Len() != 0 {
					t.Errorf("got %d %q, want 200 and nothing", w.Code, w.Body)
				}
			}
			got := c.desk.done()
			if test.deed == nil && len(got) != 0 || test.deed != nil && (len(got) != 1 || !reflect.DeepEqual(got[0].Deed, test.deed) || got[0].Who != anna.ID) {
				t.Errorf("got %v, want %v once", got, test.deed)
			}
			if len(got) == 1 && got[0].Said != (core.Said{Room: testRoom}) {
				t.Errorf("said: got %v, want the room", got[0].Said)
			}
			private := strings.Join(c.private(), "\n")
			if (private == "") != (test.told == "") || !strings.Contains(private, test.told) {
				t.Errorf("told privately: got %q, want %q in it", private, test.told)
			}
		})
	}
}

func TestAPressThatIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		user  string
		spoil func(*console)
		want  string
	}{
		"the other was first":      {spoil: func(c *console) { c.desk.refuse = refusing(&core.Error{Kind: core.Taken, Winner: "Boris"}) }, want: "Nothing was done. Boris has this session."},
		"the session is over":      {spoil: func(c *console) { c.desk.refuse = refusing(&core.Error{Kind: core.Ended}) }, want: "has ended"},
		"the database is away":     {spoil: func(c *console) { c.desk.refuse = refusing(&core.Error{Kind: core.Unavailable}) }, want: "try again"},
		"nobody knows them":        {user: "UNEW", want: "Nothing was done: Parley does not know which agent you are."},
		"Slack does not say who":   {spoil: func(c *console) { c.fake.fail(breakage{method: "users.info", status: 500}) }, want: "try again"},
		"they are not in the room": {user: "UNEW", spoil: func(c *console) { c.fake.refuse("chat.postEphemeral", "user_not_in_channel") }, want: ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			if test.user == "" {
				test.user = "UANNA"
			}
			if test.spoil != nil {
				test.spoil(c)
			}
			if w := c.form("payload", pressing(test.user, pressTake, testSession.String())); w.Code != 200 {
				t.Errorf("got status %d, want 200", w.Code)
			}
			if len(c.desk.done()) != 0 {
				t.Errorf("got %v, want nothing done", c.desk.done())
			}
			call := c.fake.one(t, "chat.postEphemeral")
			if call.Form.Get("channel") != testRoom || call.Form.Get("thread_ts") != "" || !strings.Contains(call.Form.Get("text"), test.want) {
				t.Errorf("got %v, want %q in the room", call.Form, test.want)
			}
			if test.want == "" {
				if direct := c.fake.one(t, "chat.postMessage"); direct.Form.Get("channel") != "DUNEW" {
					t.Errorf("got %v, want a direct message", direct.Form)
				}
			}
		})
	}
}

func refusing(err error) func(core.Deed) error { return func(core.Deed) error { return err } }

// view gives the view of a call.
func view(t *testing.T, c called) (v struct {
	Callback string           `json:"callback_id"`
	Metadata string           `json:"private_metadata"`
	Submit   *json.RawMessage `json:"submit"`
	Blocks   json.RawMessage  `json:"blocks"`
}) {
	t.Helper()
	var body struct {
		View json.RawMessage `json:"view"`
	}
	if err := json.Unmarshal([]byte(c.Form.Get("json")), &body); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body.View, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestASessionIsAssignedInAWindow(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.form("payload", pressing("UANNA", pressAssign, testSession.String()))
	if v := view(t, c.fake.one(t, "views.open")); v.Submit != nil || v.Callback != callAssign {
		t.Errorf("at first: got %+v, want a window that waits", v)
	}
	v := view(t, c.fake.one(t, "views.update"))
	for _, name := range []string{"Anna Arndt", "Boris Brandt", boris.ID.String()} {
		if !strings.Contains(string(v.Blocks), name) {
			t.Errorf("got %s, want %s in it", v.Blocks, name)
		}
	}
	none := submitted("UANNA", callAssign, v.Metadata, nil)
	if got := fieldOf(t, c.form("payload", none)); got != "Choose somebody." {
		t.Errorf("nobody chosen: got %q", got)
	}
	chosen := submitted("UANNA", callAssign, v.Metadata, map[string]any{"selected_option": map[string]any{"value": boris.ID.String()}})
	c.desk.refuse = refusing(&core.Error{Kind: core.Taken, Winner: "Boris"})
	if got := fieldOf(t, c.form("payload", chosen)); got != "Nothing was done. Boris has this session." {
		t.Errorf("changed meanwhile: got %q", got)
	}
	c.desk.refuse = nil
	if w := c.form("payload", chosen); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("got %d %q, want the window closed", w.Code, w.Body)
	}
	want := core.Assign{Session: testSession, To: boris.ID, Version: 1}
	if got := c.desk.done(); len(got) != 1 || !reflect.DeepEqual(got[0].Deed, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, broken := range map[string]map[string]any{
		"a window that remembers nothing": submitted("UANNA", callAssign, "", nil),
		"an option that is no agent":      submitted("UANNA", callAssign, v.Metadata, map[string]any{"selected_option": map[string]any{"value": "x"}}),
		"somebody else's submission":      submitted("UNEW", callAssign, v.Metadata, map[string]any{"selected_option": map[string]any{"value": boris.ID.String()}}),
	} {
		if got := fieldOf(t, c.form("payload", broken)); got == "" {
			t.Errorf("%s: got nothing, want an error at the field", name)
		}
	}
}

// fieldOf gives the error that a window shows at its field.
func fieldOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 200 || body.Action != "errors" {
		t.Fatalf("got %d %q, want errors", w.Code, w.Body)
	}
	for _, text := range body.Errors {
		return text
	}
	return ""
}

func TestAWindowThatCannotBeFilled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		user  string
		spoil func(*console)
		want  string
	}{
		"somebody unknown":         {user: "UNEW", want: "does not know which agent you are"},
		"a session that is over":   {spoil: func(c *console) { c.desk.card.State = core.Over }, want: "has ended"},
		"no operators":             {spoil: func(c *console) { c.desk.operators = nil }, want: "no operators"},
		"a session not theirs":     {spoil: func(c *console) { c.desk.sees = oneAfter(1, missing()) }, want: "a department that is not yours"},
		"a database that is away":  {spoil: func(c *console) { c.desk.sees = oneAfter(1, &core.Error{Kind: core.Unavailable}) }, want: "try again"},
		"more operators than fits": {spoil: func(c *console) { c.desk.operators = crowd(101) }, want: "option_groups"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			if test.spoil != nil {
				test.spoil(c)
			}
			if test.user == "" {
				test.user = "UANNA"
			}
			c.form("payload", pressing(test.user, pressAssign, testSession.String()))
			if v := view(t, c.fake.one(t, "views.update")); !strings.Contains(string(v.Blocks), test.want) {
				t.Errorf("got %s, want %q in it", v.Blocks, test.want)
			}
		})
	}
}

// oneAfter lets so many looks pass.
func oneAfter(n int, err error) func() error {
	return func() error {
		if n--; n >= 0 {
			return nil
		}
		return err
	}
}

func crowd(n int) []core.Colleague {
	var all []core.Colleague
	for i := range n {
		all = append(all, core.Colleague{ID: core.AgentID(2000 + i), Name: fmt.Sprintf("Agent %d", i)})
	}
	return all
}

func TestATriggerThatIsTooOldIsTold(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.fake.refuse("views.open", "expired_trigger_id")
	c.form("payload", pressing("UANNA", pressAssign, testSession.String()))
	if got := c.private(); len(got) != 1 || !strings.Contains(got[0], "press again") {
		t.Errorf("got %q", got)
	}
}

func TestANoteIsWrittenInAWindow(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	shortcut := map[string]any{
		"type": "message_action", "callback_id": "note", "trigger_id": "1.2.c", "user": map[string]any{"id": "UANNA", "team_id": "T1"},
		"channel": map[string]any{"id": testRoom}, "message": map[string]any{"ts": ts(1), "thread_ts": testRoot},
	}
	c.form("payload", shortcut)
	v := view(t, c.fake.one(t, "views.open"))
	if got := fieldOf(t, c.form("payload", submitted("UANNA", callNote, v.Metadata, map[string]any{"value": " "}))); got == "" {
		t.Error("an empty note: got nothing, want an error")
	}
	if w := c.form("payload", submitted("UANNA", callNote, v.Metadata, map[string]any{"value": "mind the gap"})); w.Body.Len() != 0 {
		t.Errorf("got %q, want the window closed", w.Body)
	}
	if got := c.desk.done(); len(got) != 1 || !reflect.DeepEqual(got[0].Deed, core.Note{Session: testSession, Text: "mind the gap"}) || got[0].Said != (core.Said{}) {
		t.Errorf("got %v, want the note, said nowhere", got)
	}
	shortcut["message"] = map[string]any{"ts": "1.0"}
	c.form("payload", shortcut)
	if got := c.private(); len(got) != 1 || !strings.Contains(got[0], "no session here") {
		t.Errorf("elsewhere: got %q", got)
	}
}
