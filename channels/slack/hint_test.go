package slack

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/core"
)

func TestWhoCannotTakeIsToldWhatElseThereIsS7(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		says string
		err  error
		want string
		not  string
	}{
		"another has it":          {says: "!take", err: &core.Error{Kind: core.Taken, Winner: "Boris Brandt"}, want: "Boris Brandt has this session. To take it over, write !assign and your own name."},
		"a supervisor":            {says: "!take", err: &core.Error{Kind: core.Forbidden, Reason: "Your role in this department does not allow that."}, want: "write !assign and their name"},
		"it has ended":            {says: "!take", err: &core.Error{Kind: core.Ended}, want: "has ended", not: "!assign"},
		"another word":            {says: "!release", err: &core.Error{Kind: core.Forbidden}, want: "may not", not: "!assign"},
		"it is taken: not a word": {says: "!take"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.desk.refuse = func(core.Deed) error { return test.err }
			c.tell(spoke(1, "UANNA", test.says))
			got := strings.Join(c.private(), "\n")
			if !strings.Contains(got, test.want) || test.want == "" && got != "" || test.not != "" && strings.Contains(got, test.not) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestANoteBeginsWithItsMessageS5(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxInput+1)
	for name, test := range map[string]struct {
		message map[string]any
		want    string
	}{
		"a text":         {map[string]any{"ts": ts(1), "thread_ts": testRoot, "text": "Call &lt;her&gt; back"}, "Call <her> back"},
		"a note":         {map[string]any{"ts": ts(1), "thread_ts": testRoot, "text": "// call her"}, "call her"},
		"a long text":    {map[string]any{"ts": ts(1), "thread_ts": testRoot, "text": long}, clipped(long, maxInput)},
		"the card":       {map[string]any{"ts": testRoot, "text": "Ada Lovelace: Waiting"}, ""},
		"nothing of use": {map[string]any{"ts": ts(1), "thread_ts": testRoot, "blocks": "?"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, ModeEvents)
			c.form("payload", map[string]any{
				"type": "message_action", "callback_id": "note", "trigger_id": "1.2.c", "user": map[string]any{"id": "UANNA", "team_id": "T1"},
				"channel": map[string]any{"id": testRoom}, "message": test.message,
			})
			var blocks []struct {
				Element struct {
					Initial string `json:"initial_value"`
				} `json:"element"`
			}
			if err := json.Unmarshal(view(t, c.fake.one(t, "views.open")).Blocks, &blocks); err != nil || len(blocks) != 1 || blocks[0].Element.Initial != test.want {
				t.Errorf("got %+v, %v, want %q", blocks, err, test.want)
			}
		})
	}
}

func TestAButtonOfARoomThatIsNoSurfaceAnswers(t *testing.T) {
	t.Parallel()
	c := newConsole(t, ModeEvents)
	c.desk.surface = core.Surface{}
	c.form("payload", pressing("UANNA", pressTake, testSession.String()))
	if got := c.private(); len(c.desk.done()) != 1 || len(got) != 1 || !strings.Contains(got[0], "shows no sessions any more") {
		t.Errorf("got %q, want it done, and said that the card stays", got)
	}
}

func TestWhetherTheAppIsInAChannelIsAsked(t *testing.T) {
	t.Parallel()
	for word, bad := range map[string]bool{"": false, "not_in_channel": true, "channel_not_found": true, "internal_error": false, "missing_scope": false} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			if word != "" {
				f.refuse("conversations.history", word)
			}
			err := CheckMember(t.Context(), f.URL, testSecrets, "room", testRoom, nil)
			if (core.KindOf(err) == core.Invalid) != bad || bad && !strings.Contains(err.Error(), "/invite @parley") {
				t.Errorf("got %v, want it refused: %v", err, bad)
			}
			if got := f.one(t, "conversations.history").Form.Get("channel"); got != testRoom {
				t.Errorf("got %q asked, want the room", got)
			}
		})
	}
}
