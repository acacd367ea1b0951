package slack

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/core"
)

const (
	helpRoom  = "C0HELP" // sessions begin with a mention
	everyRoom = "C0EVERY"
	directly  = "D0CARLA"
)

var testRooms = Rooms{DMs: true, Help: map[string]Begins{helpRoom: BeginsMention, everyRoom: BeginsEvery}}

// fakeInbox takes what the hub would take: the same key twice is the same, and with other words it is refused.
type fakeInbox struct {
	mu     sync.Mutex
	desk   *fakeDesk // knows of the messages
	bodies map[string]string
	all    []core.Inbound
	refuse func(core.Inbound) error // may be nil
}

func (i *fakeInbox) Receive(_ context.Context, in core.Inbound) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refuse != nil {
		if err := i.refuse(in); err != nil {
			return err
		}
	}
	if err := in.Check(); err != nil {
		return err
	}
	body := fmt.Sprint(in.Verb, in.Identity, in.Conversation, in.Content, in.Target)
	if was, known := i.bodies[in.Dedupe]; known {
		if was != body {
			return &core.Error{Op: "test", Kind: core.Invalid, Field: "client_id"}
		}
		return nil
	}
	i.bodies[in.Dedupe] = body
	i.all = append(i.all, in)
	if in.Remote != "" {
		i.desk.mu.Lock()
		i.desk.messages[in.Remote] = core.Event{ID: core.EventID(len(i.all)), Kind: core.EventMessage, ActorKind: core.ByCustomer, Text: in.Text}
		i.desk.mu.Unlock()
	}
	return nil
}

// heard gives what came, as "verb conversation identity name: text".
func (i *fakeInbox) heard() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []string
	for _, in := range i.all {
		all = append(all, fmt.Sprintf("%s %s %s %s: %s", in.Verb, in.Conversation, in.Identity, in.Profile.Name, in.Text))
	}
	return all
}

func (c *console) expectHeard(want ...string) {
	c.t.Helper()
	if got := c.inbox.heard(); !slices.Equal(got, want) {
		c.t.Errorf("heard:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// at is the event of a person's message in a room, or in a thread there.
func at(room, thread string, n int, user, text string) map[string]any {
	e := map[string]any{"type": "message", "channel": room, "user": user, "team": "T1", "text": text, "ts": ts(n), "event_ts": ts(n)}
	if thread != "" {
		e["thread_ts"] = thread
	}
	return e
}

func with(e map[string]any, more map[string]any) map[string]any {
	for k, v := range more {
		e[k] = v
	}
	return e
}

// edited and erased are events about a message.
func edited(n int, was map[string]any, text string) map[string]any {
	now := map[string]any{}
	for k, v := range was {
		now[k] = v
	}
	now["text"], now["edited"] = text, map[string]any{"ts": ts(n)}
	return map[string]any{"type": "message", "subtype": "message_changed", "channel": was["channel"], "ts": ts(n), "event_ts": ts(n), "message": now, "previous_message": was}
}

func erased(n int, was map[string]any) map[string]any {
	return map[string]any{"type": "message", "subtype": "message_deleted", "channel": was["channel"], "ts": ts(n), "event_ts": ts(n), "deleted_ts": was["ts"], "previous_message": was}
}

// tells brings events one after the other, each of which must be taken.
func (c *console) tells(events ...map[string]any) {
	c.t.Helper()
	for i, e := range events {
		if got := c.tell(e); got != http.StatusOK {
			c.t.Fatalf("event %d: got status %d, want it taken", i, got)
		}
	}
}

// newHelp is a shop in which Carla and Dora are customers, and Eve belongs to another company.
func newHelp(t *testing.T) *console {
	t.Helper()
	c := newShop(t, ModeEvents, testRooms)
	for user, name := range map[string]string{"UCARLA": "Carla", "UDORA": "Dora", "UBOT": "parley"} {
		c.fake.users[user] = map[string]any{"id": user, "team_id": "T1", "real_name": name, "is_bot": user == "UBOT"}
	}
	c.fake.users["UEVE"] = map[string]any{"id": "UEVE", "team_id": "T9", "real_name": "Eve", "is_stranger": true}
	c.fake.users["UGUEST"] = map[string]any{"id": "UGUEST", "team_id": "T1", "real_name": "Gus", "is_ultra_restricted": true}
	return c
}

func TestDirectMessagesAreCustomers(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	first := at(directly, "", 1, "UCARLA", "Hello <@UDORA>")
	c.tells(first, first, edited(2, first, "Hello!"), at(directly, ts(1), 3, "UCARLA", "more"), erased(4, first))
	c.expectHeard(
		"message D0CARLA T1/UCARLA Carla: Hello @Dora", "edit D0CARLA T1/UCARLA Carla: Hello!", "message D0CARLA T1/UCARLA Carla: more",
		"delete D0CARLA T1/UCARLA Carla: ",
	)
	reply, edit := c.inbox.all[2], c.inbox.all[1]
	if reply.ReplyTo != core.RemoteID("D0CARLA/"+ts(1)) || reply.Dedupe != "D0CARLA/"+ts(3) || reply.Department != 3 || reply.At != timeOf(ts(3)) {
		t.Errorf("the reply: got %+v", reply)
	}
	if edit.Target != core.RemoteID("D0CARLA/"+ts(1)) || edit.Dedupe != "D0CARLA/"+ts(1)+"/e"+ts(2) || edit.At != timeOf(ts(2)) {
		t.Errorf("the edit: got %+v", edit)
	}
	if done := c.desk.done(); len(done) != 0 {
		t.Errorf("deeds: got %v, want none", done)
	}
}

func TestAgentsWhoWriteToTheAppAreNoCustomers(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.tells(at("D0ANNA", "", 1, "UANNA", "is this on?"), at("D0ANNA", "", 2, "UANNA", "hello?"), edited(3, at("D0ANNA", "", 1, "UANNA", "is this on?"), "x"))
	c.expectHeard()
	said := c.fake.made("chat.postMessage")
	if len(said) != 1 || said[0].Form.Get("channel") != "D0ANNA" || said[0].Form.Get("text") != sayForAgents {
		t.Errorf("told: got %v, want Anna told once", said)
	}
}

// Where members are linked by e-mail, the first that an agent does may be to write to the app.
func TestWhoIsLinkedByEmailIsNoCustomerS8(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.settings.LinkByEmail = true
	c.desk.addresses = map[string]core.Agent{"carla@example.test": boris}
	c.fake.users["UCARLA"]["profile"] = map[string]any{"email": "carla@example.test"}
	c.tells(at(directly, "", 1, "UCARLA", "is this on?"))
	c.expectHeard()
	if call := c.fake.one(t, "chat.postMessage"); call.Form.Get("text") != sayForAgents {
		t.Errorf("told: got %v, want that this is for customers", call.Form)
	}
}

func TestWithoutDirectMessagesPeopleAreToldThatNobodyReads(t *testing.T) {
	t.Parallel()
	c := newShop(t, ModeEvents, Rooms{})
	c.tells(at(directly, "", 1, "UCARLA", "Hello"), at(directly, "", 2, "UCARLA", "Hello?"))
	c.expectHeard()
	if call := c.fake.one(t, "chat.postMessage"); call.Form.Get("text") != sayNobodyReads || call.Form.Get("channel") != directly {
		t.Errorf("told: got %v", call.Form)
	}
}

func TestWhatIsNoCustomersIsNotHeard(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.fake.users["UROBOT"] = map[string]any{"id": "UROBOT", "team_id": "T1", "is_bot": true}
	for name, event := range map[string]map[string]any{
		"the app's own post":                    with(at(directly, "", 1, "UBOT", "Hi"), map[string]any{"bot_id": "BBOT", "app_id": "A1"}),
		"the app's own post, without its marks": at(directly, "", 2, "UBOT", "Hi"),
		"the app's own post under a name":       with(at(directly, "", 3, "", "Hi"), map[string]any{"subtype": "bot_message", "app_id": "A1", "username": "Carla"}),
		"another bot":                           with(at(everyRoom, "", 4, "UROBOT", "Hi"), map[string]any{"bot_id": "BOTHER"}),
		"another bot, without its marks":        at(everyRoom, "", 5, "UROBOT", "Hi"),
		"slackbot":                              at(directly, "", 6, "USLACKBOT", "Hi"),
		"somebody who joins":                    with(at(everyRoom, "", 7, "UCARLA", "joined"), map[string]any{"subtype": "channel_join"}),
		"nothing":                               at(directly, "", 8, "UCARLA", " "),
		"a room that is none of ours":           at("C0OTHER", "", 9, "UCARLA", "<@UBOT> Hi"),
		"an edit of the app's own":              edited(11, at(directly, "", 10, "UBOT", "Hi"), "Ho"),
		"a link that is unfurled":               edited(13, at(directly, "", 12, "UCARLA", "Hi"), "Hi"),
	} {
		if got := c.tell(event); got != http.StatusOK {
			t.Errorf("%s: got status %d", name, got)
		}
		if got := c.inbox.heard(); len(got) != 0 {
			t.Fatalf("%s: heard %q, want nothing", name, got)
		}
	}
}

func TestHelpChannels(t *testing.T) {
	t.Parallel()
	rich := func(elements ...any) map[string]any {
		return map[string]any{"blocks": []any{map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_section", "elements": elements}}}}}
	}
	mention := map[string]any{"type": "user", "user_id": "UBOT"}
	root := at(helpRoom, "", 1, "UCARLA", "<@UBOT> where is it?")
	chatter := at(helpRoom, "", 1, "UCARLA", "lunch?")
	whole := core.RemoteID(helpRoom + "/" + ts(1))
	for name, test := range map[string]struct {
		events []map[string]any
		want   []string
	}{
		"a mention begins a session, and the thread is its conversation": {
			[]map[string]any{root, at(helpRoom, ts(1), 2, "UCARLA", "and when?")},
			[]string{"message %s T1/UCARLA Carla: where is it?", "message %s T1/UCARLA Carla: and when?"},
		},
		"a mention in rich text": {
			[]map[string]any{with(at(helpRoom, "", 1, "UCARLA", "<@UBOT> now"), rich(mention, map[string]any{"type": "text", "text": " now"}))},
			[]string{"message %s T1/UCARLA Carla: now"},
		},
		"nothing but a mention": {[]map[string]any{at(helpRoom, "", 1, "UCARLA", "<@UBOT>")}, []string{"message %s T1/UCARLA Carla: @parley"}},
		"the same, told as a mention, too": {
			[]map[string]any{with(at(helpRoom, "", 1, "UCARLA", "<@UBOT> where is it?"), map[string]any{"type": "app_mention"}), root},
			[]string{"message %s T1/UCARLA Carla: where is it?"},
		},
		"without a mention nothing begins, whatever follows": {
			[]map[string]any{chatter, at(helpRoom, ts(1), 2, "UDORA", "yes <@UBOT>"), edited(3, chatter, "dinner?"), erased(4, chatter)}, nil,
		},
		"another's words in the thread stand under their own name": {
			[]map[string]any{root, with(at(helpRoom, ts(1), 2, "UDORA", "it is *mine*"), map[string]any{"parent_user_id": "UCARLA"})},
			[]string{"message %s T1/UCARLA Carla: where is it?", "message %s T1/UCARLA Carla: Dora: it is *mine*"},
		},
		"another's edit, too": {
			[]map[string]any{root, at(helpRoom, ts(1), 2, "UDORA", "mine"), edited(3, at(helpRoom, ts(1), 2, "UDORA", "mine"), "ours")},
			[]string{"message %s T1/UCARLA Carla: where is it?", "message %s T1/UCARLA Carla: Dora: mine", "edit %s T1/UCARLA Carla: Dora: ours"},
		},
		"an agent in the thread is somebody else": {
			[]map[string]any{root, at(helpRoom, ts(1), 2, "UANNA", "me too")},
			[]string{"message %s T1/UCARLA Carla: where is it?", "message %s T1/UCARLA Carla: Anna: me too"},
		},
		"people of other companies": {
			[]map[string]any{with(at(helpRoom, "", 1, "UEVE", "<@UBOT> hi"), map[string]any{"team": "T9", "user_team": "T9"})}, []string{"message %s T9/UEVE Eve: hi"},
		},
		"guests": {[]map[string]any{at(helpRoom, "", 1, "UGUEST", "<@UBOT> hi")}, []string{"message %s T1/UGUEST Gus: hi"}},
		"an edit and a deletion of the first message": {
			[]map[string]any{root, edited(2, root, "where is she?"), erased(3, root)},
			[]string{"message %s T1/UCARLA Carla: where is it?", "edit %s T1/UCARLA Carla: where is she?", "delete %s T1/UCARLA Carla: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newHelp(t)
			c.tells(test.events...)
			for i, line := range test.want {
				test.want[i] = fmt.Sprintf(line, whole)
			}
			c.expectHeard(test.want...)
		})
	}
}

func TestEveryMessageBeginsASession(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.tells(at(everyRoom, "", 1, "UCARLA", "one"), at(everyRoom, "", 2, "UDORA", "two"), at(everyRoom, ts(1), 3, "UCARLA", "more"))
	c.expectHeard("message C0EVERY/"+ts(1)+" T1/UCARLA Carla: one", "message C0EVERY/"+ts(2)+" T1/UDORA Dora: two",
		"message C0EVERY/"+ts(1)+" T1/UCARLA Carla: more")
}

// TestWhoBeganAThreadIsLookedUp is what happens after a restart: who began it stands in Slack, or in the event.
func TestWhoBeganAThreadIsLookedUp(t *testing.T) {
	t.Parallel()
	for name, inSlack := range map[string]bool{"Slack has the root": true, "the root was deleted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newHelp(t)
			root := "1795255100.000001"
			if inSlack {
				c.fake.said = append(c.fake.said, map[string]any{"type": "message", "channel": helpRoom, "ts": root, "user": "UCARLA", "text": "<@UBOT> hi"})
			}
			c.desk.messages[core.RemoteID(helpRoom+"/"+root)] = core.Event{ID: 1}
			c.tells(with(at(helpRoom, root, 2, "UDORA", "me"), map[string]any{"parent_user_id": "UCARLA"}))
			c.expectHeard("message C0HELP/" + root + " T1/UCARLA Carla: Dora: me")
		})
	}
}

// TestAnAnswerBeforeItsRootIsToldAgain is for Slack's order, which is none: nothing that follows a mention is lost.
func TestAnAnswerBeforeItsRootIsToldAgain(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]string{"on a mention": helpRoom, "on every message": everyRoom} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newHelp(t)
			c.fake.said = append(c.fake.said, map[string]any{"type": "message", "channel": room, "ts": ts(1), "user": "UCARLA", "text": "<@UBOT> hi"})
			answer := at(room, ts(1), 2, "UCARLA", "quick!")
			for range 2 {
				if got := c.tell(answer); got != http.StatusServiceUnavailable {
					t.Fatalf("the answer: got status %d, want it told again", got)
				}
			}
			c.tells(at(room, "", 1, "UCARLA", "<@UBOT> hi"), answer)
			c.expectHeard("message "+room+"/"+ts(1)+" T1/UCARLA Carla: hi", "message "+room+"/"+ts(1)+" T1/UCARLA Carla: quick!")
		})
	}
}

func TestWhereSlackDoesNotSayWhatAThreadIsNothingIsLost(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.fake.said = append(c.fake.said, map[string]any{"type": "message", "channel": helpRoom, "ts": ts(1), "user": "UDORA", "text": "lunch?"})
	c.fake.fail(breakage{method: "conversations.replies", status: 500})
	answer := at(helpRoom, ts(1), 2, "UCARLA", "yes")
	if got := c.tell(answer); got != http.StatusServiceUnavailable {
		t.Errorf("without an answer: got status %d, want it told again", got)
	}
	c.tells(answer, answer)
	c.expectHeard()
	if got := len(c.fake.made("conversations.replies")); got != 2 {
		t.Errorf("Slack was asked %d times, want twice: it is known then that the thread is none of ours", got)
	}
}

func TestWhereAgentsWorkNobodyIsACustomer(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	c.desk.surface = core.Surface{Channel: 7, Room: helpRoom, Replies: core.RepliesOut}
	c.desk.threads[core.Address{Conversation: helpRoom, Thread: testRoot}] = testSession
	c.desk.threads[core.Address{Conversation: everyRoom, Thread: testRoot}] = testSession // of a surface that is none any more
	c.tells(at(helpRoom, "", 1, "UCARLA", "<@UBOT> hi"), at(helpRoom, testRoot, 2, "UANNA", "an answer"), at(helpRoom, testRoot, 3, "UCARLA", "not an agent"),
		at(everyRoom, testRoot, 4, "UANNA", "a note"))
	c.expectHeard()
	if got := c.desk.told(); !slices.Equal(got, []string{"an answer", "//a note"}) {
		t.Errorf("the desk: got %q, want Anna's words", got)
	}
	c.desk.sees = func() error { return &core.Error{Op: "test", Kind: core.Unavailable} }
	if got := c.tell(at(helpRoom, "", 5, "UCARLA", "<@UBOT> hi")); got != http.StatusServiceUnavailable {
		t.Errorf("where nobody knows whether agents work there: got status %d, want it told again", got)
	}
	c.expectHeard()
}

func TestWhatCustomersSendBesideWords(t *testing.T) {
	t.Parallel()
	c := newHelp(t)
	file := func(id, name, mime string, size int) map[string]any {
		return map[string]any{"id": id, "name": name, "mimetype": mime, "size": size}
	}
	both := []any{file("F1", "a.png", "image/png", 10), file("F2", "b.pdf", "application/pdf", 20), map[string]any{"id": "F3", "mode": "tombstone"}}
	c.tells(
		with(at(directly, "", 1, "UCARLA", ""), map[string]any{"subtype": "file_share", "files": both}),
		with(at(directly, "", 2, "UCARLA", "see"), map[string]any{"attachments": []any{map[string]any{"is_share": true, "text": "Your order &amp; more"}, map[string]any{"title": "unfurled"}}}),
		edited(4, with(at(directly, "", 1, "UCARLA", "now"), map[string]any{"files": both}), "now"),
		edited(5, with(at(directly, "", 3, "UCARLA", "old"), map[string]any{"files": both[:1]}), "new"),
	)
	x := c.inbox.all
	if len(x) != 3 {
		t.Fatalf("heard %q, want two messages and an edit", c.inbox.heard())
	}
	want := []core.Media{{Kind: "photo", Name: "a.png", Type: "image/png", Size: 10, Remote: "F1"}, {Kind: "file", Name: "b.pdf", Type: "application/pdf", Size: 20, Remote: "F2"}}
	if !slices.Equal(x[0].Media, want) || x[0].Text != "" {
		t.Errorf("files: got %+v", x[0].Content)
	}
	if x[1].Text != "see\nYour order & more" || len(x[1].Entities) != 1 || x[1].Entities[0] != (core.Entity{Kind: core.Quote, Offset: 4, Length: 17}) {
		t.Errorf("something passed on: got %+v", x[1].Content)
	}
	if x[2].Text != "new" || len(x[2].Media) != 1 {
		t.Errorf("the edit: got %+v", x[2].Content)
	}
}

func TestWhatTheInboxDoesNotTake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refuse func(n int, in core.Inbound) error
		status int
		want   []core.InboundVerb
	}{
		"it is busy": {func(int, core.Inbound) error { return &core.Error{Kind: core.Busy} }, 503, nil},
		"it has failed for no known cause once": {func(n int, _ core.Inbound) error {
			if n == 1 {
				return &core.Error{}
			}
			return nil
		}, 200, []core.InboundVerb{core.InboundMessage}},
		"it fails for no known cause at this message": {func(_ int, in core.Inbound) error {
			if in.Verb == core.InboundMessage {
				return &core.Error{}
			}
			return nil
		}, 200, []core.InboundVerb{core.InboundUnknown}},
		"it fails for no known cause at all": {func(int, core.Inbound) error { return &core.Error{} }, 503, nil},
		"it refuses the message": {func(_ int, in core.Inbound) error {
			if in.Verb == core.InboundMessage {
				return &core.Error{Kind: core.Forbidden}
			}
			return nil
		}, 200, []core.InboundVerb{core.InboundUnknown}},
		"it refuses even to keep it aside": {func(int, core.Inbound) error { return &core.Error{Kind: core.Invalid} }, 200, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newHelp(t)
			n := 0
			c.inbox.refuse = func(in core.Inbound) error { n++; return test.refuse(n, in) }
			if got := c.tell(at(directly, "", 1, "UCARLA", "Hello")); got != test.status {
				t.Errorf("status: got %d, want %d", got, test.status)
			}
			var got []core.InboundVerb
			for _, in := range c.inbox.all {
				got = append(got, in.Verb)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("taken: got %q, want %q", got, test.want)
			}
		})
	}
}
