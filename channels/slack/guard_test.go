package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// reached gives what the customer has of all that was done, in order.
func (d *fakeDesk) reached() []string {
	var ids []core.EventID
	texts := map[core.EventID]string{}
	for i, done := range d.done() {
		switch deed := done.Deed.(type) {
		case core.Say:
			id := core.EventID(i + 1) // as Do gives them
			ids, texts[id] = append(ids, id), deed.Text+files(deed.Media)
		case core.Edit:
			if _, out := texts[deed.Message]; out {
				texts[deed.Message] = deed.Text
			}
		case core.Delete:
			delete(texts, deed.Message)
		}
	}
	var all []string
	for _, id := range ids {
		if text, there := texts[id]; there {
			all = append(all, text)
		}
	}
	return all
}

func TestWhatIsSaidInARoomThatKeepsItInsideS4(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		events  []map[string]any
		want    []string // what came to the desk
		reached []string // what the customer has in the end
		told    string   // a part of what Anna is told privately, "" for nothing
	}{
		"what is written is a note": {events: []map[string]any{spoke(1, "UANNA", "he is difficult")}, want: []string{"//he is difficult"}, told: "Begin with !r"},
		"that is told once": {
			events: []map[string]any{spoke(1, "UANNA", "a"), spoke(2, "UANNA", "b")}, want: []string{"//a", "//b"}, told: "stays with colleagues",
		},
		"a note is a note":                    {events: []map[string]any{spoke(1, "UANNA", "// a")}, want: []string{"//a"}},
		"a reply on purpose":                  {events: []map[string]any{spoke(1, "UANNA", "!r Hello &amp; welcome")}, want: []string{"Hello & welcome"}, reached: []string{"Hello & welcome"}},
		"a reply on a line of its own":        {events: []map[string]any{spoke(1, "UANNA", " !r\nHello")}, want: []string{"Hello"}, reached: []string{"Hello"}},
		"a reply after a capital":             {events: []map[string]any{spoke(1, "UANNA", "!R Hello")}, want: []string{"Hello"}, reached: []string{"Hello"}},
		"a reply to somebody":                 {events: []map[string]any{spoke(1, "UANNA", "!r <@UBORIS> will call")}, want: []string{"@Boris will call"}, reached: []string{"@Boris will call"}},
		"a reply that is empty":               {events: []map[string]any{spoke(1, "UANNA", "!r ")}, told: "nothing after !r"},
		"a word that only begins so":          {events: []map[string]any{spoke(1, "UANNA", "!reply Hello")}, told: "does not know this word"},
		"the sign in the middle":              {events: []map[string]any{spoke(1, "UANNA", "write !r to answer")}, want: []string{"//write !r to answer"}, told: "stays with colleagues"},
		"a word":                              {events: []map[string]any{spoke(1, "UANNA", "!take")}, want: []string{"take"}},
		"a mention needs no question":         {events: []map[string]any{spoke(1, "UANNA", "<@UBORIS> look")}, want: []string{"//@Boris look"}, told: "stays with colleagues"},
		"an edit of what stayed inside":       {events: []map[string]any{spoke(1, "UANNA", "a"), changed(1, 2, "UANNA", "a", "b")}, want: []string{"//a", "e:b"}, told: "stays with colleagues"},
		"an edit of it to a reply":            {events: []map[string]any{spoke(1, "UANNA", "// a"), changed(1, 2, "UANNA", "// a", "!r b")}, want: []string{"//a", "e:b"}, told: "stays a note"},
		"an edit of it to an empty reply":     {events: []map[string]any{spoke(1, "UANNA", "// a"), changed(1, 2, "UANNA", "// a", "!r")}, want: []string{"//a", "e:!r"}, told: "stays a note"},
		"an edit of a reply":                  {events: []map[string]any{spoke(1, "UANNA", "!r a"), changed(1, 2, "UANNA", "!r a", "!r b")}, want: []string{"a", "e:b"}, reached: []string{"b"}},
		"an edit of a reply without the sign": {events: []map[string]any{spoke(1, "UANNA", "!r a"), changed(1, 2, "UANNA", "!r a", "a fool")}, want: []string{"a"}, reached: []string{"a"}, told: "begins with !r"},
		"an edit of a reply to nothing":       {events: []map[string]any{spoke(1, "UANNA", "!r a"), changed(1, 2, "UANNA", "!r a", "!r")}, want: []string{"a"}, reached: []string{"a"}, told: "nothing after !r"},
		"an edit of a reply to a note":        {events: []map[string]any{spoke(1, "UANNA", "!r a"), changed(1, 2, "UANNA", "!r a", "// b")}, want: []string{"a", "delete", "//b"}, told: "taken back"},
		"an edit of what was withdrawn": {
			events: []map[string]any{spoke(1, "UANNA", "!r a"), changed(1, 2, "UANNA", "!r a", "// b"), changed(1, 3, "UANNA", "// b", "!r c")},
			want:   []string{"a", "delete", "//b", "e:c"}, told: "stays a note",
		},
		"a deletion of a reply": {events: []map[string]any{spoke(1, "UANNA", "!r a"), removed(1, 2, "UANNA", "!r a")}, want: []string{"a", "delete"}},
	}
	for name, test := range tests {
		for room, surface := range map[string]core.Surface{"inside": {Room: testRoom, Replies: core.RepliesInside}, "no surface any more": {}} {
			t.Run(name+", "+room, func(t *testing.T) {
				t.Parallel()
				c := newConsole(t, ModeEvents)
				c.desk.surface = surface
				for i, event := range test.events {
					if status := c.tell(event); status != 200 {
						t.Fatalf("event %d: got status %d, want 200", i, status)
					}
				}
				if got := c.desk.told(); !slices.Equal(got, test.want) {
					t.Errorf("the desk: got %q, want %q", got, test.want)
				}
				if got := c.desk.reached(); !slices.Equal(got, test.reached) {
					t.Errorf("the customer: got %q, want %q", got, test.reached)
				}
				private := c.private()
				if (test.told == "") != (len(private) == 0) || test.told != "" && strings.Count(strings.Join(private, ""), test.told) != 1 {
					t.Errorf("told privately: got %q, want %q in it, once", private, test.told)
				}
			})
		}
	}
}

func TestWhereItIsNotKnownWhatTheRoomKeepsInsideNothingIsSent(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "a"))
	looks := 0
	c.desk.sees = func() error {
		if looks++; looks == 3 { // after the session and the agent
			return &core.Error{Kind: core.Unavailable}
		}
		return nil
	}
	if status := c.tell(spoke(2, "UANNA", "b")); status != 503 {
		t.Errorf("got status %d, want 503", status)
	}
	if got := c.desk.told(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %q", got)
	}
}

// asks gives the buttons of the last question, by action, and says how many questions there were.
func (c *console) asks() (values map[string]string, n int) {
	values = map[string]string{}
	for _, call := range c.fake.made("chat.postEphemeral") {
		for _, b := range call.blocks() {
			if b["type"] != "actions" {
				continue
			}
			n++
			for _, e := range b["elements"].([]any) {
				button := e.(map[string]any)
				values[button["action_id"].(string)] = button["value"].(string)
			}
		}
	}
	return values, n
}

// richSaid is the event of a message in the session's thread, as Slack's own clients write it.
func richSaid(n int, elements ...map[string]any) map[string]any {
	event := spoke(n, "UANNA", "otherwise")
	event["blocks"] = []any{map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_section", "elements": elements}}}}
	return event
}

func TestWhoIsMentionedFirstIsAskedOfS4(t *testing.T) {
	t.Parallel()
	look, boris := map[string]any{"type": "text", "text": " look"}, map[string]any{"type": "user", "user_id": "UBORIS"}
	tests := map[string]struct {
		event map[string]any
		asked bool
	}{
		"a colleague":                      {spoke(1, "UANNA", "<@UBORIS> look"), true},
		"a colleague with a label":         {spoke(1, "UANNA", "<@UBORIS|boris> look"), true},
		"a colleague after blanks":         {spoke(1, "UANNA", " \u200b\n<@UBORIS> look"), true},
		"a group":                          {spoke(1, "UANNA", "<!subteam^S1|@care> look"), true},
		"all who are here":                 {spoke(1, "UANNA", "<!here> look"), true},
		"the app":                          {spoke(1, "UANNA", "<@UBOT> look"), false},
		"a colleague later":                {spoke(1, "UANNA", "Ask <@UBORIS>"), false},
		"a link":                           {spoke(1, "UANNA", "<https://shop.test> look"), false},
		"a date":                           {spoke(1, "UANNA", "<!date^1^{date}|then> look"), false},
		"on purpose":                       {spoke(1, "UANNA", "!r <@UBORIS> will call"), false},
		"a colleague in rich text":         {richSaid(1, boris, look), true},
		"after blanks in rich text":        {richSaid(1, map[string]any{"type": "text", "text": " "}, boris, look), true},
		"a group in rich text":             {richSaid(1, map[string]any{"type": "usergroup", "usergroup_id": "S1"}, look), true},
		"all in rich text":                 {richSaid(1, map[string]any{"type": "broadcast", "range": "here"}, look), true},
		"the app in rich text":             {richSaid(1, map[string]any{"type": "user", "user_id": "UBOT"}, look), false},
		"a colleague later in rich text":   {richSaid(1, look, boris), false},
		"rich text that begins otherwise":  {richSaid(1, map[string]any{"type": "emoji", "name": "wave"}, boris), false},
		"rich text in which there is none": {richSaid(1, look), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			for range 2 { // Slack tells it again
				c.tell(test.event)
			}
			_, n := c.asks()
			if asked, sent := n == 1, len(c.desk.reached()) == 1; asked != test.asked || sent == test.asked || n > 1 {
				t.Errorf("got %d questions and %q sent, want asked: %v", n, c.desk.told(), test.asked)
			}
		})
	}
}

func TestAQuestionIsAnsweredOnceS4(t *testing.T) {
	t.Parallel()
	message := remote(testRoom, ts(1))
	tests := map[string]struct {
		first, then string
		restart     bool
		want        core.Deed
		told        []string
	}{
		"it is sent":            {first: pressSend, then: pressSend, want: core.Say{Session: testSession, Text: "@Boris look"}, told: []string{saySent, saySent}},
		"it is kept":            {first: pressKeep, then: pressKeep, want: core.Note{Session: testSession, Text: "@Boris look"}, told: []string{sayKept, sayKept}},
		"sent, it is not kept":  {first: pressSend, then: pressKeep, want: core.Say{Session: testSession, Text: "@Boris look"}, told: []string{saySent, sayChosen}},
		"kept, it is not sent":  {first: pressKeep, then: pressSend, want: core.Note{Session: testSession, Text: "@Boris look"}, told: []string{sayKept, sayChosen}},
		"sent after a restart":  {first: pressSend, then: pressKeep, restart: true, want: core.Say{Session: testSession, Text: "@Boris look"}, told: []string{saySent, sayChosen}},
		"kept, and a restart":   {first: pressKeep, then: pressSend, restart: true, want: core.Note{Session: testSession, Text: "@Boris look"}, told: []string{sayKept, sayChosen}},
		"what is no answer yet": {first: "dance", then: "dance", told: []string{sayOld, sayOld}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			restart := func() {
				if test.restart {
					before := c.Adapter
					a, err := New(before.config)
					if err != nil {
						t.Fatal(err)
					}
					a.pace, c.Adapter = before.pace, a
				}
			}
			c.tell(spoke(1, "UANNA", "<@UBORIS> look"))
			call := c.fake.one(t, "chat.postEphemeral")
			if call.Form.Get("user") != "UANNA" || call.Form.Get("thread_ts") != testRoot || len(c.desk.done()) != 0 {
				t.Errorf("got %v, and %q done, want Anna asked in the thread, and nothing done", call.Form, c.desk.told())
			}
			values, _ := c.asks()
			for _, action := range []string{test.first, test.then} {
				restart()
				p := pressing("UANNA", action, values[action])
				p["message"], p["container"] = nil, map[string]any{"type": "message", "message_ts": ts(9), "thread_ts": testRoot, "channel_id": testRoom, "is_ephemeral": true}
				p["trigger_id"] = "another " + action
				if w := c.form("payload", p); w.Code != 200 {
					t.Errorf("got status %d, want 200", w.Code)
				}
			}
			got := c.desk.done()
			if test.want == nil && len(got) != 0 || test.want != nil && (len(got) != 1 || !reflect.DeepEqual(got[0].Deed, test.want) ||
				got[0].Said != (core.Said{Room: testRoom, Thread: testRoot, Remote: message}) || got[0].Dedupe != string(message)) {
				t.Errorf("got %v, want %v once", got, test.want)
			}
			var told []string
			for _, call := range c.fake.made("chat.postEphemeral")[1:] {
				told = append(told, call.Form.Get("text"))
			}
			if !slices.Equal(told, test.told) {
				t.Errorf("told: got %q, want %q", told, test.told)
			}
			if len(c.fake.made("conversations.replies"))+len(c.fake.made("conversations.history")) != 0 {
				t.Error("the message was looked up")
			}
		})
	}
}

func TestWhatHappensToAMessageBeforeTheAnswerS4(t *testing.T) {
	t.Parallel()
	const mention = "<@UBORIS> look"
	tests := map[string]struct {
		event     map[string]any
		old       string   // told to who presses the old button
		questions int      //
		want      []string // what was done after the newest button, if there is a newer one
	}{
		"it is changed":                      {changed(1, 2, "UANNA", mention, "<@UBORIS> look here"), sayAskedAnew, 2, []string{"@Boris look here"}},
		"it loses the mention":               {changed(1, 2, "UANNA", mention, "Look"), sayAskedAnew, 2, []string{"Look"}},
		"it becomes a reply on purpose":      {changed(1, 2, "UANNA", mention, "!r Look"), sayAskedAnew, 2, []string{"Look"}},
		"it becomes a note":                  {changed(1, 2, "UANNA", mention, "// look"), sayAskedAnew, 1, []string{"//look", "e:look"}}, // told again, it is an edit of the note
		"it becomes an empty note":           {changed(1, 2, "UANNA", mention, "//"), sayAskedAnew, 1, nil},
		"it is deleted":                      {removed(1, 2, "UANNA", mention), sayErased, 1, nil},
		"it is changed to what is very long": {changed(1, 2, "UANNA", mention, "<@UBORIS> "+strings.Repeat("ä", 2000)), sayAskedAnew, 1, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.tell(spoke(1, "UANNA", mention))
			old, _ := c.asks()
			for range 2 { // Slack tells it again
				if status := c.tell(test.event); status != 200 {
					t.Errorf("got status %d, want 200", status)
				}
			}
			if reached := c.desk.reached(); len(reached) != 0 {
				t.Errorf("the customer has %q before the answer", reached)
			}
			c.form("payload", pressing("UANNA", pressSend, old[pressSend]))
			private := c.private()
			if got := private[len(private)-1]; got != "UANNA: "+test.old {
				t.Errorf("the old question: told %q, want %q", got, test.old)
			}
			newest, n := c.asks()
			if n != test.questions {
				t.Errorf("got %d questions, want %d", n, test.questions)
			}
			if newest[pressSend] != old[pressSend] {
				c.form("payload", pressing("UANNA", pressSend, newest[pressSend]))
			}
			if got := c.desk.told(); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAnEditOfAReplyIntoAMentionIsNotSentS4(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "Hello"))
	c.tell(changed(1, 2, "UANNA", "Hello", "<@UBORIS> a fool"))
	if got := c.private(); !slices.Equal(got, []string{"UANNA: " + sayEditCalls}) || !slices.Equal(c.desk.reached(), []string{"Hello"}) {
		t.Errorf("told %q, the customer has %q", got, c.desk.reached())
	}
	c.tell(changed(1, 3, "UANNA", "Hello", "!r <@UBORIS> calls you"))
	c.tell(changed(1, 4, "UANNA", "Hello", "<@UBORIS> calls you today")) // as it was sent on purpose
	if got := c.desk.reached(); !slices.Equal(got, []string{"@Boris calls you today"}) {
		t.Errorf("the customer has %q", got)
	}
}

func TestAQuestionThatSlackDoesNotTakeIsAskedAgain(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.fake.fail(breakage{method: "chat.postEphemeral", status: 500})
	if status := c.tell(spoke(1, "UANNA", "<@UBORIS> look")); status != 503 {
		t.Errorf("got status %d, want 503", status)
	}
	if status := c.tell(spoke(1, "UANNA", "<@UBORIS> look")); status != 200 {
		t.Errorf("again: got status %d, want 200", status)
	}
	if values, _ := c.asks(); values[pressSend] == "" || len(c.desk.done()) != 0 {
		t.Errorf("got %v and %v, want a question and nothing done", values, c.desk.done())
	}
}

func TestAQuestionThatIsTooLongIsNotAskedS4(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "<@UBORIS> "+strings.Repeat("ä", 1850)))
	if values, n := c.asks(); n != 1 || len([]rune(values[pressSend])) > maxValue {
		t.Errorf("what fits: got %d questions, of %d", n, len([]rune(values[pressSend])))
	}
	c.tell(spoke(2, "UANNA", "<@UBORIS> "+strings.Repeat("ä", 2000)))
	if got := c.private(); len(got) != 2 || got[1] != "UANNA: "+sayAskLong || len(c.desk.done()) != 0 {
		t.Errorf("what does not: got %q, and %q done", got, c.desk.told())
	}
}

func TestAnAnsweredQuestionIsReplaced(t *testing.T) {
	t.Parallel()
	var body []byte
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "ok")
	}))
	defer slack.Close()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "<@UBORIS> look"))
	values, _ := c.asks()
	p := pressing("UANNA", pressSend, values[pressSend])
	p["response_url"] = slack.URL + "/actions/T1/1/x"
	c.form("payload", p)
	var said struct {
		Text    string `json:"text"`
		Replace bool   `json:"replace_original"`
	}
	if err := json.Unmarshal(body, &said); err != nil || said.Text != saySent || !said.Replace || strings.Contains(string(body), "CANARY") {
		t.Errorf("got %s, %v", body, err)
	}
	if len(c.private()) != 1 {
		t.Errorf("told besides: %q", c.private())
	}
}

func TestWhoAnswersAQuestionMustBeAnAgentS4(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.tell(spoke(1, "UANNA", "<@UBORIS> look"))
	values, _ := c.asks()
	c.form("payload", pressing("UNEW", pressSend, values[pressSend]))
	c.form("payload", pressing("UANNA", pressSend, "x"))
	c.desk.refuse = refusing(&core.Error{Kind: core.Taken, Winner: "Boris"})
	c.form("payload", pressing("UANNA", pressSend, values[pressSend]))
	got := c.private()[1:]
	if len(c.desk.done()) != 0 || len(got) != 3 || !strings.Contains(got[0], "does not know which agent") || got[1] != "UANNA: "+sayOld ||
		got[2] != "UANNA: Not sent. Boris has this session." {
		t.Errorf("told %q, done %v", got, c.desk.done())
	}
}
